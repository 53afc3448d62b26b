// Every store keeps the contract of object_store.h. Method: the shared suite of conformance.h on the local
// store over a real disk; over faulty disks that do not fail, once with the fallbacks of old kernels; on the
// memory store; and on a faulty store that does not fail.
#include "lake/storage_testing/conformance.h"

#include "lake/common_testing/fake_clock.h"
#include "lake/common_testing/temp_dir.h"
#include "lake/storage/local_store.h"
#include "lake/storage/memory_store.h"
#include "lake/storage_testing/faulty_disk.h"
#include "lake/storage_testing/faulty_store.h"
#include "posix_disk.h"

namespace lake::storage {
namespace {

class LocalUnderTest {
 public:
  ObjectStore& store() { return *store_; }

 private:
  TempDir directory_;
  std::unique_ptr<ObjectStore> store_ = OpenLocalStore(OpenPosixDisk(directory_.path()).value()).value();
};

class LocalWithFallbacksUnderTest {
 public:
  ObjectStore& store() { return *store_; }

 private:
  TempDir directory_;
  DiskMemory memory_;
  std::unique_ptr<Disk> disk_ =
      OpenPosixDiskWith(directory_.path(), Resolution::kWalk, Beginning::kStaged).value();
  std::unique_ptr<ObjectStore> store_ =
      OpenLocalStore(std::make_unique<FaultyDisk>(std::move(disk_), memory_)).value();
};

class LocalOnFaultyDiskUnderTest {
 public:
  ObjectStore& store() { return *store_; }

 private:
  TempDir directory_;
  DiskMemory memory_;
  std::unique_ptr<ObjectStore> store_ =
      OpenLocalStore(std::make_unique<FaultyDisk>(directory_.path(), memory_)).value();
};

class MemoryUnderTest {
 public:
  ObjectStore& store() { return *store_; }

 private:
  FakeClock clock_;
  std::unique_ptr<ObjectStore> store_ = MakeMemoryStore(clock_);
};

class FaultyUnderTest {
 public:
  ObjectStore& store() { return store_; }

 private:
  FakeClock clock_;
  FaultyStore store_ = FaultyStore(MakeMemoryStore(clock_));
};

}  // namespace

INSTANTIATE_TYPED_TEST_SUITE_P(Local, StoreConformance, LocalUnderTest);
INSTANTIATE_TYPED_TEST_SUITE_P(LocalWithFallbacks, StoreConformance, LocalWithFallbacksUnderTest);
INSTANTIATE_TYPED_TEST_SUITE_P(LocalOnFaultyDisk, StoreConformance, LocalOnFaultyDiskUnderTest);
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, StoreConformance, MemoryUnderTest);
INSTANTIATE_TYPED_TEST_SUITE_P(Faulty, StoreConformance, FaultyUnderTest);

}  // namespace lake::storage
