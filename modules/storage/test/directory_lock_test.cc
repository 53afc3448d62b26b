// One owner per data directory. Method: a second lock in this process and in a child, before and after
// release.
#include "lake/storage/directory_lock.h"

#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <optional>

#include "lake/common_testing/result_matchers.h"
#include "lake/common_testing/temp_dir.h"

namespace lake::storage {
namespace {

/// Whether a child process gets the lock.
bool ChildLocks(const std::string& directory) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(DirectoryLock::Acquire(directory).ok() ? 0 : 1);
  int status = 0;
  EXPECT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  return WEXITSTATUS(status) == 0;
}

TEST(DirectoryLockTest, HasOneOwner) {
  TempDir directory;
  const std::string path = directory / "made/here";
  Result<DirectoryLock> lock = DirectoryLock::Acquire(path);
  LAKE_ASSERT_OK(lock);
  const Result<DirectoryLock> second = DirectoryLock::Acquire(path);
  EXPECT_THAT(second, IsError(ErrorCode::kFailedPrecondition, "directory_locked"));
  EXPECT_THAT(second.error().message(), testing::HasSubstr(fmt::format("pid {}", ::getpid())));
  EXPECT_FALSE(ChildLocks(path));
  {
    const DirectoryLock moved = *std::move(lock);
    EXPECT_FALSE(ChildLocks(path));
  }
  EXPECT_TRUE(std::filesystem::exists(directory / "made/here/.lake-lock")) << "never unlinked";
  EXPECT_TRUE(ChildLocks(path));
  LAKE_EXPECT_OK(DirectoryLock::Acquire(path)) << "a child that ended holds nothing";
}

TEST(DirectoryLockTest, MoveAssignmentHandsOver) {
  TempDir directory;
  std::optional<DirectoryLock> a = DirectoryLock::Acquire(directory / "a").value();
  DirectoryLock b = DirectoryLock::Acquire(directory / "b").value();
  b = *std::move(a);
  a.reset();
  EXPECT_FALSE(ChildLocks(directory / "a"));
  EXPECT_TRUE(ChildLocks(directory / "b"));
}

TEST(DirectoryLockTest, NeedsADirectory) {
  TempDir directory;
  std::ofstream(directory / "file") << "x";
  EXPECT_THAT(DirectoryLock::Acquire(directory / "file"),
              IsError(ErrorCode::kFailedPrecondition, "bad_root"));
}

TEST(DirectoryLockTest, FollowsNoLink) {
  TempDir directory;
  std::filesystem::create_symlink(directory / "elsewhere", directory / ".lake-lock");
  EXPECT_THAT(DirectoryLock::Acquire(directory.path()), IsError(ErrorCode::kFailedPrecondition, "bad_root"));
  EXPECT_FALSE(std::filesystem::exists(directory / "elsewhere"));
}

}  // namespace
}  // namespace lake::storage
