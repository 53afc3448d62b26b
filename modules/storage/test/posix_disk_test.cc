// The disk stays below its root, follows no link, leaves no temporary behind and never stamps two files
// alike, in each of its ways to open paths and to begin files. Method: a real temporary directory, looked at
// from outside.
#include "posix_disk.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <fstream>
#include <map>
#include <set>

#include "lake/common_testing/result_matchers.h"
#include "lake/common_testing/temp_dir.h"

namespace lake::storage {
namespace {

namespace fs = std::filesystem;

struct Way {
  Resolution resolution;
  Beginning beginning;
};

class PosixDiskTest : public testing::TestWithParam<Way> {
 protected:
  PosixDiskTest() {
    fs::create_directory(root());
    fs::create_directory(outside());
    Write(outside() / "secret", "secret");
  }

  fs::path root() const { return directory_ / "root"; }
  fs::path outside() const { return directory_ / "outside"; }
  Disk& disk() { return *disk_; }

  static void Write(const fs::path& path, std::string_view bytes) { std::ofstream(path) << bytes; }
  static std::vector<std::string> NamesIn(const fs::path& path) {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(path)) names.push_back(entry.path().filename());
    return names;
  }
  static std::string BytesOf(const fs::path& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  std::unique_ptr<NewFile> NewWith(std::string_view bytes) {
    std::unique_ptr<NewFile> file = disk_->CreateFile().value();
    EXPECT_THAT(file->Append(bytes), IsOk());
    EXPECT_THAT(file->Seal(), IsOk());
    EXPECT_THAT(file->Sync(), IsOk());
    return file;
  }

 private:
  TempDir directory_;
  std::unique_ptr<Disk> disk_ =
      OpenPosixDiskWith(root(), GetParam().resolution, GetParam().beginning).value();
};

const auto kGone = IsError(ErrorCode::kNotFound, "path_not_found");
const auto kConflict = IsError(ErrorCode::kFailedPrecondition, "path_conflict");

TEST_P(PosixDiskTest, NamesNewFiles) {
  LAKE_ASSERT_OK(NewWith("one")->LinkAs("x"));
  EXPECT_THAT(NewWith("two")->LinkAs("x"), IsError(ErrorCode::kFailedPrecondition, "object_exists"));
  EXPECT_EQ(BytesOf(root() / "x"), "one");
  LAKE_ASSERT_OK(NewWith("three")->ReplaceAs("x"));
  EXPECT_EQ(BytesOf(root() / "x"), "three");
  EXPECT_EQ(fs::status(root() / "x").permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

TEST_P(PosixDiskTest, NamesAFileAfterItsDirectoryWasMade) {
  for (const char* path : {"a/linked", "b/replaced"}) {
    const std::string directory(path, 1);
    const auto file = NewWith("x");
    const auto name = [&] { return directory == "a" ? file->LinkAs(path) : file->ReplaceAs(path); };
    EXPECT_THAT(name(), kGone);
    LAKE_ASSERT_OK(disk().CreateDirectory(directory));
    LAKE_ASSERT_OK(name());
    EXPECT_EQ(BytesOf(root() / path), "x");
  }
}

TEST_P(PosixDiskTest, LeavesNoTemporaryBehind) {
  LAKE_ASSERT_OK(NewWith("x")->LinkAs("linked"));
  LAKE_ASSERT_OK(NewWith("x")->ReplaceAs("replaced"));
  (void)NewWith("dropped");
  EXPECT_FALSE(NewWith("x")->LinkAs("linked").ok());
  LAKE_ASSERT_OK(disk().CreateDirectory("directory"));
  EXPECT_THAT(NewWith("x")->ReplaceAs("directory"), kConflict);
  const fs::path staging = root() / kStagingDirectory;
  EXPECT_TRUE(!fs::exists(staging) || NamesIn(staging).empty());
}

TEST_P(PosixDiskTest, WorksWithoutItsStagingDirectory) {
  LAKE_ASSERT_OK(NewWith("x")->ReplaceAs("x"));
  fs::remove(root() / kStagingDirectory);
  LAKE_EXPECT_OK(NewWith("y")->ReplaceAs("x"));
  EXPECT_EQ(BytesOf(root() / "x"), "y");
}

TEST_P(PosixDiskTest, StaysBelowItsRoot) {
  for (const std::string path : {"../outside/secret", "a/../../outside/secret", "..", "./x", "a//b", "/",
                                 "a/", "x/..", "/etc/passwd"}) {
    EXPECT_THAT(disk().Open(path), kGone) << path;
    EXPECT_THAT(disk().Stat(path), kGone) << path;
    EXPECT_THAT(disk().ListDirectory(path, 10), kGone) << path;
    EXPECT_FALSE(disk().CreateDirectory(path).ok()) << path;
    EXPECT_FALSE(disk().SyncDirectory(path).ok()) << path;
    EXPECT_FALSE(disk().Unlink(path).ok()) << path;
    EXPECT_FALSE(disk().RemoveDirectory(path).ok()) << path;
    EXPECT_FALSE(NewWith("x")->LinkAs(path).ok()) << path;
    EXPECT_FALSE(NewWith("x")->ReplaceAs(path).ok()) << path;
  }
  EXPECT_EQ(BytesOf(outside() / "secret"), "secret");
  EXPECT_THAT(NamesIn(outside()), testing::ElementsAre("secret"));
}

TEST_P(PosixDiskTest, FollowsNoLink) {
  fs::create_directory(root() / "inside");
  Write(root() / "inside" / "file", "x");
  fs::create_directory_symlink(outside(), root() / "out");
  fs::create_directory_symlink("inside", root() / "in");
  fs::create_symlink(outside() / "secret", root() / "file");
  for (const char* path : {"out/secret", "in/file", "file"}) EXPECT_THAT(disk().Open(path), kGone) << path;
  for (const char* path : {"out", "in"}) EXPECT_THAT(disk().ListDirectory(path, 10), kGone) << path;
  for (const std::string path : {"out/new", "in/new"}) {
    EXPECT_THAT(NewWith("x")->LinkAs(path), kConflict) << path;
    EXPECT_THAT(NewWith("x")->ReplaceAs(path), kConflict) << path;
    EXPECT_THAT(disk().CreateDirectory(path), kConflict) << path;
  }
  EXPECT_THAT(disk().Unlink("out/secret"), kGone);
  for (const char* link : {"out", "in", "file"}) {
    LAKE_ASSERT_OK_AND_ASSIGN(const FileStatus status, disk().Stat(link));
    EXPECT_EQ(status.kind, FileKind::kOther);
  }
  LAKE_EXPECT_OK(NewWith("mine")->ReplaceAs("file"));
  EXPECT_EQ(BytesOf(outside() / "secret"), "secret") << "the link was replaced, not what it points to";
  EXPECT_EQ(BytesOf(root() / "file"), "mine");
  LAKE_EXPECT_OK(disk().Unlink("out"));
  EXPECT_TRUE(fs::exists(outside() / "secret"));
}

TEST_P(PosixDiskTest, TellsKindsApart) {
  fs::create_directory(root() / "directory");
  Write(root() / "file", "12345");
  ASSERT_EQ(::mkfifo((root() / "pipe").c_str(), 0600), 0);
  LAKE_ASSERT_OK_AND_ASSIGN(const auto entries, disk().ListDirectory("", 10));
  std::map<std::string, FileKind> kinds;
  for (const DirectoryEntry& entry : entries) kinds[entry.name] = entry.kind;
  EXPECT_EQ(kinds["directory"], FileKind::kDirectory);
  EXPECT_EQ(kinds["file"], FileKind::kFile);
  EXPECT_EQ(kinds["pipe"], FileKind::kOther);
  LAKE_ASSERT_OK_AND_ASSIGN(const FileStatus file, disk().Stat("file"));
  EXPECT_EQ(file.kind, FileKind::kFile);
  EXPECT_EQ(file.size, 5u);
  LAKE_ASSERT_OK_AND_ASSIGN(const auto pipe, disk().Open("pipe"));  // does not wait for a writer
  LAKE_ASSERT_OK_AND_ASSIGN(const FileStatus pipe_status, pipe->Stat());
  EXPECT_EQ(pipe_status.kind, FileKind::kOther);
  EXPECT_THAT(disk().ListDirectory("", 2), HasValue(testing::SizeIs(2)));
}

TEST_P(PosixDiskTest, SaysWhatIsInTheWay) {
  Write(root() / "file", "x");
  LAKE_ASSERT_OK(disk().CreateDirectory("d"));
  LAKE_EXPECT_OK(disk().CreateDirectory("d"));
  LAKE_ASSERT_OK(disk().CreateDirectory("d/e"));
  EXPECT_THAT(disk().CreateDirectory("file"), kConflict);
  EXPECT_THAT(disk().CreateDirectory("file/below"), kConflict);
  EXPECT_THAT(disk().CreateDirectory("no/parent"), kGone);
  EXPECT_THAT(NewWith("x")->LinkAs("file/below"), kConflict);
  EXPECT_THAT(disk().Stat("file/below"), kGone);
  EXPECT_THAT(disk().Unlink("d"), kConflict);
  EXPECT_THAT(disk().Unlink("nothing"), kGone);
  EXPECT_THAT(disk().RemoveDirectory("d"), IsError(ErrorCode::kFailedPrecondition, "directory_not_empty"));
  LAKE_EXPECT_OK(disk().RemoveDirectory("d/e"));
  LAKE_EXPECT_OK(disk().SyncDirectory("d"));
  LAKE_EXPECT_OK(disk().SyncDirectory(""));
  EXPECT_THAT(disk().SyncDirectory("nothing"), kGone);
}

TEST_P(PosixDiskTest, StampsNoTwoFilesAlike) {
  std::set<int64_t> stamps;
  for (int i = 0; i < 200; ++i) {
    LAKE_ASSERT_OK_AND_ASSIGN(const auto file, disk().CreateFile());
    LAKE_ASSERT_OK_AND_ASSIGN(const FileStatus sealed, file->Seal());
    EXPECT_TRUE(stamps.insert(sealed.modified_ns).second);
    LAKE_ASSERT_OK(file->ReplaceAs("x"));
    LAKE_ASSERT_OK_AND_ASSIGN(const FileStatus named, disk().Stat("x"));
    EXPECT_EQ(named.modified_ns, sealed.modified_ns);
    EXPECT_EQ(named.inode, sealed.inode);
  }
}

INSTANTIATE_TEST_SUITE_P(Ways, PosixDiskTest,
                         testing::Values(Way{Resolution::kKernel, Beginning::kUnnamed},
                                         Way{Resolution::kWalk, Beginning::kStaged}),
                         [](const auto& tested) {
                           return tested.param.resolution == Resolution::kKernel ? "Kernel" : "Fallbacks";
                         });

TEST(PosixDiskRoot, IsMadeForItsOwnerOnly) {
  TempDir directory;
  LAKE_ASSERT_OK(OpenPosixDisk(directory / "new/deeper"));
  EXPECT_EQ(fs::status(directory / "new").permissions(), fs::perms::owner_all);
  EXPECT_EQ(fs::status(directory / "new/deeper").permissions(), fs::perms::owner_all);
}

TEST(PosixDiskRoot, MustBeADirectory) {
  TempDir directory;
  std::ofstream(directory / "file") << "x";
  const auto bad_root = IsError(ErrorCode::kFailedPrecondition, "bad_root");
  EXPECT_THAT(OpenPosixDisk(directory / "file"), bad_root);
  EXPECT_THAT(OpenPosixDisk(directory / "file/below"), bad_root);
  EXPECT_THAT(OpenPosixDisk(""), bad_root);
}

}  // namespace
}  // namespace lake::storage
