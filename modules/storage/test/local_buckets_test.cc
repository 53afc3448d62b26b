// Goal: a bucket that was made while the server ran is there after a restart, and nothing but buckets is
// taken for one. Method: a root on disk, opened again with another registry.
#include "lake/storage/local_buckets.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "lake/common_testing/fake_clock.h"
#include "lake/common_testing/result_matchers.h"
#include "lake/common_testing/temp_dir.h"
#include "lake/storage/memory_store.h"

namespace lake::storage {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class LocalBucketsTest : public testing::Test {
 protected:
  std::string root() const { return (folder_ / "profiles").string(); }
  TempDir folder_;
  BucketRegistry registry_;
};

TEST_F(LocalBucketsTest, AMadeBucketIsThereAgain) {
  LAKE_ASSERT_OK_AND_ASSIGN(const ObjectKey key, ObjectKey::Parse("a/b"));
  {
    LAKE_ASSERT_OK_AND_ASSIGN(const auto buckets, LocalBuckets::Open(root(), registry_));
    EXPECT_THAT(registry_.Names(), IsEmpty());
    EXPECT_THAT(buckets->Provision(BucketName("team-a")), HasValue(Provisioned::kMade));
    EXPECT_THAT(buckets->Provision(BucketName("team-a")), HasValue(Provisioned::kThere));
    LAKE_ASSERT_OK_AND_ASSIGN(const auto store, registry_.Find(BucketName("team-a")));
    LAKE_ASSERT_OK(store->Put(Context{}, key, "bytes", IfAbsent{}));
  }
  BucketRegistry later;
  LAKE_ASSERT_OK_AND_ASSIGN(const auto buckets, LocalBuckets::Open(root(), later));
  EXPECT_THAT(later.Names(), ElementsAre(BucketName("team-a")));
  LAKE_ASSERT_OK_AND_ASSIGN(const auto store, later.Find(BucketName("team-a")));
  EXPECT_THAT(store->Get(Context{}, key, {}), HasValue("bytes"));
}

TEST_F(LocalBucketsTest, OnlyDirectoriesWithABucketsNameAre) {
  std::filesystem::create_directories(folder_ / "profiles" / "good");
  std::filesystem::create_directories(folder_ / "profiles" / "Not Good");
  std::filesystem::create_directories(folder_ / "elsewhere");
  std::filesystem::create_directory_symlink(folder_ / "elsewhere", folder_ / "profiles" / "linked");
  std::ofstream(folder_ / "profiles" / "file") << "no bucket";
  LAKE_ASSERT_OK(LocalBuckets::Open(root(), registry_));
  EXPECT_THAT(registry_.Names(), ElementsAre(BucketName("good")));
}

TEST_F(LocalBucketsTest, ABucketThatIsAttachedGoesBeforeADirectory) {
  FakeClock clock;
  std::filesystem::create_directories(folder_ / "profiles" / "team-a");
  const std::shared_ptr<ObjectStore> configured = MakeMemoryStore(clock);
  LAKE_ASSERT_OK(registry_.Attach(BucketName("team-a"), configured));
  LAKE_ASSERT_OK_AND_ASSIGN(const auto buckets, LocalBuckets::Open(root(), registry_));
  EXPECT_THAT(registry_.Find(BucketName("team-a")), HasValue(configured));
  EXPECT_THAT(buckets->Provision(BucketName("team-a")), HasValue(Provisioned::kThere));
}

TEST_F(LocalBucketsTest, WithoutARootNothingIsMade) {
  LAKE_ASSERT_OK_AND_ASSIGN(const auto buckets, LocalBuckets::Open("", registry_));
  EXPECT_FALSE(buckets->has_root());
  EXPECT_THAT(buckets->Provision(BucketName("team-a")),
              IsError(ErrorCode::kFailedPrecondition, "no_profile_root"));
}

TEST_F(LocalBucketsTest, ARootIsOfOneProcess) {
  LAKE_ASSERT_OK_AND_ASSIGN(const auto buckets, LocalBuckets::Open(root(), registry_));
  BucketRegistry other;
  EXPECT_THAT(LocalBuckets::Open(root(), other), IsError(ErrorCode::kFailedPrecondition, "directory_locked"));
}

}  // namespace
}  // namespace lake::storage
