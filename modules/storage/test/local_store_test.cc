// What the local store promises beyond the shared contract: where files lie, what is in the way of what, what
// it does not show, how many syncs a change costs and how little a list reads. Method: a directory looked at
// from outside, and the counts of a faulty disk that does not fail.
#include <gmock/gmock.h>

#include <fstream>

#include "local_store_scenarios.h"

namespace lake::storage {
namespace {

namespace fs = std::filesystem;

const auto kKeyConflict = IsError(ErrorCode::kFailedPrecondition, "key_conflict");
const auto kNoObject = IsError(ErrorCode::kNotFound, "object_not_found");

class LocalStoreTest : public testing::Test {
 protected:
  fs::path root() const { return local_.directory().path(); }
  ObjectStore& store() { return local_.store(); }
  FaultyDisk& disk() { return local_.disk(); }
  StoreOnFaultyDisk& local() { return local_; }

  Status Put(std::string_view key, const PutMode& mode) { return PutIn(store(), key, "x", mode); }
  uint64_t Syncs() { return disk().calls(DiskCall::kSyncFile) + disk().calls(DiskCall::kSyncDirectory); }
  /// How many syncs `change` costs.
  template <class Change>
  uint64_t SyncsOf(Change change) {
    const uint64_t before = Syncs();
    change();
    return Syncs() - before;
  }

 private:
  StoreOnFaultyDisk local_;
};

TEST_F(LocalStoreTest, AnObjectIsAFileAtItsKey) {
  LAKE_ASSERT_OK(Put("a/b/c.txt", Overwrite{}));
  EXPECT_TRUE(fs::is_regular_file(root() / "a/b/c.txt"));
  LAKE_ASSERT_OK_AND_ASSIGN(const ObjectInfo info, store().Head(Context(), KeyOf("a/b/c.txt")));
  EXPECT_THAT(info.etag.value(), testing::MatchesRegex("[0-9a-f]+-1-[0-9a-f]+"));
}

TEST(LocalStoreFileTest, TellsWhereTheFileIs) {
  const TempDir directory;
  auto disk = OpenPosixDisk((directory / "data").string());
  LAKE_ASSERT_OK(disk);
  auto store = OpenLocalStore(std::move(*disk));
  LAKE_ASSERT_OK(store);
  LAKE_ASSERT_OK(PutIn(**store, "a/b.txt", "bytes", Overwrite{}));
  const std::optional<fs::path> file = (*store)->FileOf(KeyOf("a/b.txt"));
  ASSERT_TRUE(file.has_value());
  EXPECT_TRUE(file->is_absolute());
  std::ifstream input(*file);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(input), {}), "bytes");
}

TEST_F(LocalStoreTest, NoObjectLiesBelowAnother) {
  LAKE_ASSERT_OK(Put("a", Overwrite{}));
  LAKE_ASSERT_OK(Put("d/e/f", Overwrite{}));
  LAKE_ASSERT_OK_AND_ASSIGN(const ObjectInfo info, store().Head(Context(), KeyOf("a")));
  for (const PutMode& mode : {PutMode(Overwrite{}), PutMode(IfAbsent{})}) {
    for (const char* key : {"a/b", "a/b/c", "d", "d/e"}) EXPECT_THAT(Put(key, mode), kKeyConflict) << key;
  }
  EXPECT_THAT(Put("d", IfMatch{info.etag}), IsError(ErrorCode::kAborted, "etag_mismatch"));
  EXPECT_THAT(ListAll(store(), {}), testing::ElementsAre("a", "d/e/f"));
  LAKE_ASSERT_OK(store().Delete(Context(), KeyOf("a")));
  LAKE_ASSERT_OK(store().Delete(Context(), KeyOf("d/e/f")));
  LAKE_EXPECT_OK(Put("a/b", IfAbsent{}));
  LAKE_EXPECT_OK(Put("d", IfAbsent{}));
}

TEST_F(LocalStoreTest, EmptyDirectoriesAreNothing) {
  // What a crash leaves between an unlink and the pruning.
  LAKE_ASSERT_OK(disk().CreateDirectory("a"));
  LAKE_ASSERT_OK(disk().CreateDirectory("a/b"));
  LAKE_ASSERT_OK(disk().CreateDirectory("a/b/c"));
  EXPECT_THAT(ListAll(store(), {.delimiter = "/"}), testing::IsEmpty());
  LAKE_EXPECT_OK(Put("a", IfAbsent{}));
  EXPECT_TRUE(fs::is_regular_file(root() / "a"));
}

TEST_F(LocalStoreTest, TheLastDeleteRemovesDirectories) {
  LAKE_ASSERT_OK(Put("a/b/c/x", Overwrite{}));
  LAKE_ASSERT_OK(Put("a/y", Overwrite{}));
  LAKE_ASSERT_OK(store().Delete(Context(), KeyOf("a/b/c/x")));
  EXPECT_FALSE(fs::exists(root() / "a/b"));
  EXPECT_TRUE(fs::exists(root() / "a/y"));
  EXPECT_FALSE(Put("a/y/z/x", IfAbsent{}).ok());
  LAKE_ASSERT_OK(store().Delete(Context(), KeyOf("a/y")));
  EXPECT_FALSE(fs::exists(root() / "a"));
}

TEST_F(LocalStoreTest, ShowsOnlyObjects) {
  LAKE_ASSERT_OK(Put("d/real", Overwrite{}));
  fs::create_symlink(root() / "d/real", root() / "d/link");
  fs::create_directory_symlink(root() / "d", root() / "linked");
  for (const char* name : {".lake-lock", "d/.lake-x", "d/back\\slash", "d/new\nline", "d/\xff"}) {
    std::ofstream(root() / name) << "x";
  }
  EXPECT_THAT(ListAll(store(), {}), testing::ElementsAre("d/real"));
  EXPECT_THAT(ListAll(store(), {.delimiter = "/"}), testing::ElementsAre("d/"));
  for (const char* key : {"d/link", "linked", "linked/real"}) {
    EXPECT_THAT(store().Get(Context(), KeyOf(key), ByteRange{}), kNoObject) << key;
    EXPECT_THAT(store().Head(Context(), KeyOf(key)), kNoObject) << key;
  }
  EXPECT_THAT(Put("linked/new", Overwrite{}), kKeyConflict);
  EXPECT_FALSE(fs::exists(root() / "d/new"));
}

TEST_F(LocalStoreTest, APutCostsTwoSyncsAndADeleteOne) {
  LAKE_ASSERT_OK(Put("a/b/first", Overwrite{}));
  for (const PutMode& mode : {PutMode(IfAbsent{}), PutMode(Overwrite{})}) {
    EXPECT_EQ(SyncsOf([&] { LAKE_EXPECT_OK(Put("a/b/x", mode)); }), 2u);
  }
  LAKE_ASSERT_OK_AND_ASSIGN(const ObjectInfo info, store().Head(Context(), KeyOf("a/b/x")));
  EXPECT_EQ(SyncsOf([&] { LAKE_EXPECT_OK(Put("a/b/x", IfMatch{info.etag})); }), 2u);
  EXPECT_EQ(SyncsOf([&] { LAKE_EXPECT_OK(store().Delete(Context(), KeyOf("a/b/x"))); }), 1u);
  EXPECT_EQ(SyncsOf([&] { LAKE_EXPECT_OK(store().Delete(Context(), KeyOf("a/b/x"))); }), 0u)
      << "nothing there";
  EXPECT_EQ(SyncsOf([&] { LAKE_EXPECT_OK(Put("top", Overwrite{})); }), 2u);
}

TEST_F(LocalStoreTest, EachNewDirectoryCostsOneSyncMore) {
  EXPECT_EQ(SyncsOf([&] { LAKE_EXPECT_OK(Put("n/e/w/x", IfAbsent{})); }), 5u);
  EXPECT_EQ(SyncsOf([&] { LAKE_EXPECT_OK(Put("n/e/w/y", IfAbsent{})); }), 2u);
}

TEST_F(LocalStoreTest, ALostRaceCostsNoSync) {
  LAKE_ASSERT_OK(Put("x", Overwrite{}));
  EXPECT_EQ(SyncsOf([&] { EXPECT_FALSE(Put("x", IfAbsent{}).ok()); }), 0u);
  EXPECT_EQ(SyncsOf([&] { EXPECT_FALSE(Put("x", IfMatch{Etag("0-0-0")}).ok()); }), 0u);
}

TEST_F(LocalStoreTest, AnOwnerThatClosedNeedsNoRecovery) {
  LAKE_ASSERT_OK(Put("x", Overwrite{}));
  local().Close();
  EXPECT_FALSE(fs::exists(root() / kStagingDirectory));
  local().Open();
  EXPECT_EQ(disk().calls(DiskCall::kSyncAll), 0u);
}

TEST(LocalStoreRecovery, RemovesWhatAKilledOwnerLeft) {
  MemoryDir directory;
  const fs::path left_behind = directory.path() / kStagingDirectory / ".lake-0123.tmp";
  fs::create_directory(left_behind.parent_path());
  std::ofstream(left_behind) << "half";
  LAKE_ASSERT_OK_AND_ASSIGN(const auto store, OpenLocalStore(OpenPosixDisk(directory.path()).value()));
  EXPECT_FALSE(fs::exists(left_behind));
  EXPECT_THAT(ListAll(*store, {}), testing::IsEmpty());
}

TEST_F(LocalStoreTest, AnOwnerInDoubtIsRecoveredToo) {
  disk().Fail({.kind = DiskCall::kSyncDirectory, .error_number = EIO, .repeat = DiskFault::Repeat::kForever});
  EXPECT_FALSE(Put("x", Overwrite{}).ok());
  local().Close();
  local().Open();
  EXPECT_EQ(disk().calls(DiskCall::kSyncAll), 1u);
}

TEST_F(LocalStoreTest, ListsReadOnlyWhatThePageNeeds) {
  for (int directory = 10; directory < 40; ++directory) {
    for (const char* leaf : {"x", "y", "deep/z"})
      LAKE_ASSERT_OK(Put(fmt::format("d{}/{}", directory, leaf), IfAbsent{}));
  }
  const auto directories_read = [&](const ListOptions& options) {
    const uint64_t before = disk().calls(DiskCall::kList);
    LAKE_EXPECT_OK(store().List(Context(), options));
    return disk().calls(DiskCall::kList) - before;
  };
  EXPECT_EQ(directories_read({.prefix = "d20/"}), 2u) << "d20 and d20/deep";
  EXPECT_EQ(directories_read({.prefix = "d20/", .delimiter = "/"}), 2u);
  EXPECT_EQ(directories_read({.prefix = "d2", .delimiter = "/"}), 11u) << "the root, a look into each of ten";
  EXPECT_EQ(directories_read({.delimiter = "/", .after = "d35/"}), 5u) << "the root, and d36 to d39";
  EXPECT_LE(directories_read({.after = "d38/x", .limit = 2}), 5u) << "nothing before d38";
  EXPECT_LE(directories_read({.limit = 2}), 3u) << "nothing beyond the page";
}

}  // namespace
}  // namespace lake::storage
