// Goal: a scratch store never waits for a disk, and begins empty. Method: the calls of its disk are counted;
// the contract of every store is tested in conformance_test.cc.
#include "lake/storage/scratch_store.h"

#include <gtest/gtest.h>

#include "lake/common_testing/result_matchers.h"
#include "lake/storage_testing/faulty_disk.h"
#include "lake/storage_testing/memory_dir.h"

namespace lake::storage {
namespace {

TEST(ScratchStore, NothingIsSyncedAndNothingIsFoundAgain) {
  MemoryDir directory;
  const ObjectKey key = ObjectKey::Parse("_uploads/one").value();
  DiskMemory memory;
  for (int start = 0; start < 2; ++start) {
    auto disk = std::make_unique<FaultyDisk>(directory.path(), memory);
    const FaultyDisk& calls = *disk;
    auto store = OpenScratchStore(std::move(disk));
    LAKE_ASSERT_OK(store);
    const auto page = (*store)->List(Context{}, {});
    LAKE_ASSERT_OK(page);
    EXPECT_TRUE(page->objects.empty());
    auto writer = (*store)->StartPut(Context{}, key, IfAbsent{});
    LAKE_ASSERT_OK(writer);
    LAKE_ASSERT_OK((*writer)->Append("rows"));
    LAKE_ASSERT_OK((*writer)->Finish());
    EXPECT_THAT((*store)->Get(Context{}, key, {}), HasValue(std::string("rows")));
    for (const DiskCall call : {DiskCall::kSyncFile, DiskCall::kSyncDirectory, DiskCall::kSyncAll})
      EXPECT_EQ(calls.calls(call), 0u);
    EXPECT_GT(calls.calls(DiskCall::kLink), 0u);
  }
}

}  // namespace
}  // namespace lake::storage
