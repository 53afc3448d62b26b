// Every store keeps the contract of object_store.h. Method: the shared suite of conformance.h on the local
// store over a real disk, the same as scratch; over faulty disks that do not fail, once with the fallbacks of
// old kernels; on the memory store; and on a faulty store that does not fail.
#include "lake/storage_testing/conformance.h"

#include "lake/common_testing/fake_clock.h"
#include "lake/common_testing/temp_dir.h"
#include "lake/storage/local_store.h"
#include "lake/storage/memory_store.h"
#include "lake/storage/scratch_store.h"
#include "lake/storage_testing/faulty_disk.h"
#include "lake/storage_testing/faulty_store.h"
#include "lake/storage_testing/memory_dir.h"
#include "posix_disk.h"

namespace lake::storage {
namespace {

class LocalUnderTest final : public StoreUnderTest {
 public:
  ObjectStore& store() override { return *store_; }

 private:
  TempDir directory_;
  std::unique_ptr<ObjectStore> store_ = OpenLocalStore(OpenPosixDisk(directory_.path()).value()).value();
};

class ScratchUnderTest final : public StoreUnderTest {
 public:
  ObjectStore& store() override { return *store_; }

 private:
  TempDir directory_;
  std::unique_ptr<ObjectStore> store_ = OpenScratchStore(OpenPosixDisk(directory_.path()).value()).value();
};

class LocalWithFallbacksUnderTest final : public StoreUnderTest {
 public:
  ObjectStore& store() override { return *store_; }

 private:
  MemoryDir directory_;
  DiskMemory memory_;
  std::unique_ptr<Disk> disk_ =
      OpenPosixDiskWith(directory_.path(), Resolution::kWalk, Beginning::kStaged).value();
  std::unique_ptr<ObjectStore> store_ =
      OpenLocalStore(std::make_unique<FaultyDisk>(std::move(disk_), memory_)).value();
};

class LocalOnFaultyDiskUnderTest final : public StoreUnderTest {
 public:
  ObjectStore& store() override { return *store_; }

 private:
  MemoryDir directory_;
  DiskMemory memory_;
  std::unique_ptr<ObjectStore> store_ =
      OpenLocalStore(std::make_unique<FaultyDisk>(directory_.path(), memory_)).value();
};

class MemoryUnderTest final : public StoreUnderTest {
 public:
  ObjectStore& store() override { return *store_; }

 private:
  FakeClock clock_;
  std::unique_ptr<ObjectStore> store_ = MakeMemoryStore(clock_);
};

class FaultyUnderTest final : public StoreUnderTest {
 public:
  ObjectStore& store() override { return store_; }

 private:
  FakeClock clock_;
  FaultyStore store_ = FaultyStore(MakeMemoryStore(clock_));
};

template <class Store>
std::unique_ptr<StoreUnderTest> Make() {
  return std::make_unique<Store>();
}

INSTANTIATE_TEST_SUITE_P(Local, StoreConformance, testing::Values(&Make<LocalUnderTest>));
INSTANTIATE_TEST_SUITE_P(Scratch, StoreConformance, testing::Values(&Make<ScratchUnderTest>));
INSTANTIATE_TEST_SUITE_P(LocalWithFallbacks, StoreConformance,
                         testing::Values(&Make<LocalWithFallbacksUnderTest>));
INSTANTIATE_TEST_SUITE_P(LocalOnFaultyDisk, StoreConformance,
                         testing::Values(&Make<LocalOnFaultyDiskUnderTest>));
INSTANTIATE_TEST_SUITE_P(Memory, StoreConformance, testing::Values(&Make<MemoryUnderTest>));
INSTANTIATE_TEST_SUITE_P(Faulty, StoreConformance, testing::Values(&Make<FaultyUnderTest>));

}  // namespace
}  // namespace lake::storage
