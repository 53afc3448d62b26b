// Goal: what was acknowledged is there after a restart, what was refused is not, what was said to be unknown
// is there whole or not at all, wherever storage fails. Method: a fixed history of transactions with
// checkpoints, run once for each store call and each disk call, which fails before or after its effect, once
// or for ever; then a restart, after a power cut too, compared with a ledger.
#include <cerrno>
#include <functional>

#include "catalog_fixture.h"
#include "lake/common_testing/temp_dir.h"
#include "lake/storage/local_store.h"
#include "lake/storage_testing/faulty_disk.h"
#include "lake/storage_testing/faulty_store.h"

namespace lake::catalog {
namespace {

using storage::DiskCall;
using storage::DiskFault;
using storage::DiskMemory;
using storage::FaultyDisk;
using storage::FaultyStore;
using storage::StoreFault;

/// What the client of each transaction was told.
class Ledger {
 public:
  /// Each transaction changes an entity and a dataset, so that half of one would show.
  void Run(Catalog& catalog, int transactions) {
    for (int i = 0; i < transactions; ++i) {
      const std::string id = std::to_string(i);
      const auto outcome = catalog.Commit(
          Context(), Txn({Put("e" + id, i), Create("d" + id, "t" + id), Add("d" + id, {File("f", 1)})}));
      if (outcome.ok()) {
        told_[id] = Told::kDone;
      } else {
        told_[id] = outcome.error().Is("commit_outcome_unknown") ? Told::kUnknown : Told::kRefused;
      }
    }
  }
  void ExpectKept(const Snapshot& snapshot) const {
    for (const auto& [id, told] : told_) {
      const bool entity = snapshot.FindEntity("thing", "e" + id) != nullptr;
      const bool dataset = snapshot.FindDatasetByName("t" + id) != nullptr;
      EXPECT_EQ(entity, dataset) << id << ": half a transaction";
      if (told == Told::kDone) EXPECT_TRUE(entity) << id << " was acknowledged";
      if (told == Told::kRefused) EXPECT_FALSE(entity) << id << " was refused";
    }
  }
  enum class Told { kDone, kRefused, kUnknown };
  int Count(Told told) const {
    return static_cast<int>(
        std::ranges::count_if(told_, [&](const auto& entry) { return entry.second == told; }));
  }

 private:
  std::map<std::string, Told> told_;
};

CatalogOptions ManyCheckpoints() { return {.writer = "test:1", .checkpoint_every = 2}; }

TEST(Crash, AtEveryStoreCallTheLedgerIsKept) {
  constexpr int kTransactions = 12;
  int refused = 0;
  int unknown = 0;
  for (const auto when : {StoreFault::When::kBefore, StoreFault::When::kAfter})
    for (const auto repeat : {StoreFault::Repeat::kOnce, StoreFault::Repeat::kForever}) {
      uint64_t runs = 0;
      for (bool hit = true; hit; ++runs) {
        World world;
        auto store = std::make_shared<FaultyStore>(world.store);
        store->Fail({.kind = {}, .nth = runs + 1, .when = when, .repeat = repeat});
        Ledger ledger;
        if (const auto catalog = world.OpenOn(store, ManyCheckpoints()); catalog.ok())
          ledger.Run(**catalog, kTransactions);
        hit = store->calls() > runs;
        const auto reopened = world.Open();
        ASSERT_THAT(reopened, IsOk()) << "call " << runs + 1;
        ledger.ExpectKept(*(*reopened)->snapshot());
        EXPECT_THAT((*reopened)->Commit(Context(), Txn({Put("after", 1)})), IsOk());
        if (!hit) EXPECT_EQ(ledger.Count(Ledger::Told::kDone), kTransactions);
        refused += ledger.Count(Ledger::Told::kRefused);
        unknown += ledger.Count(Ledger::Told::kUnknown);
      }
      EXPECT_GT(runs, 60u) << "every call of the history must have failed once";
    }
  EXPECT_GT(refused, 100);
  EXPECT_GT(unknown, 10);
}

TEST(Crash, ACommitCostsOnePutOfTwoSyncs) {
  TempDir directory;
  DiskMemory memory;
  World world;
  auto disk = std::make_unique<FaultyDisk>(directory / "root", memory);
  FaultyDisk& counted = *disk;
  const std::shared_ptr<storage::ObjectStore> local = storage::OpenLocalStore(std::move(disk)).value();
  const auto store = std::make_shared<FaultyStore>(local);
  const auto catalog = world.OpenOn(store, QuietOptions()).value();
  Ledger ledger;
  ledger.Run(*catalog, 1);  // The first one makes the directories.
  const auto syncs = [&] {
    return counted.calls(DiskCall::kSyncFile) + counted.calls(DiskCall::kSyncDirectory);
  };
  const uint64_t calls = store->calls();
  const uint64_t syncs_before = syncs();
  EXPECT_THAT(catalog->Commit(Context(), Txn({Put("a", 1)})), IsOk());
  EXPECT_EQ(store->calls() - calls, 1u);
  EXPECT_LE(syncs() - syncs_before, 2u);
}

/// A catalog on a disk that fails at the nth call; the history runs, the process ends, `after` happens to the
/// disk, and a new process opens what is left. False when the history has fewer calls.
bool RunOnDisk(const DiskFault& fault,
               const std::function<void(DiskMemory&, const std::filesystem::path&)>& after) {
  TempDir directory;
  const auto root = directory / "root";
  DiskMemory memory;
  World world;
  Ledger ledger;
  uint64_t calls = 0;
  {
    auto disk = std::make_unique<FaultyDisk>(root, memory);
    FaultyDisk& faulty = *disk;
    faulty.Fail(fault);
    auto store = storage::OpenLocalStore(std::move(disk));
    if (store.ok()) {
      const std::shared_ptr<storage::ObjectStore> shared = *std::move(store);
      if (const auto catalog = world.OpenOn(shared, ManyCheckpoints()); catalog.ok())
        ledger.Run(**catalog, 3);
      calls = faulty.calls();
    } else {
      calls = fault.nth;
    }
  }
  after(memory, root);
  auto store = storage::OpenLocalStore(std::make_unique<FaultyDisk>(root, memory));
  EXPECT_THAT(store, IsOk()) << "call " << fault.nth;
  if (!store.ok()) return false;
  const auto reopened = world.OpenOn(*std::move(store), QuietOptions());
  EXPECT_THAT(reopened, IsOk()) << "call " << fault.nth;
  if (!reopened.ok()) return false;
  ledger.ExpectKept(*(*reopened)->snapshot());
  EXPECT_THAT((*reopened)->Commit(Context(), Txn({Put("after", 1)})), IsOk()) << "call " << fault.nth;
  return calls >= fault.nth;
}

void RunAtEveryDiskCall(DiskFault fault,
                        const std::function<void(DiskMemory&, const std::filesystem::path&)>& after) {
  for (fault.nth = 1; RunOnDisk(fault, after); ++fault.nth)
    if (testing::Test::HasFailure()) FAIL() << "first at call " << fault.nth;
  EXPECT_GT(fault.nth, 40u) << "every call of the history must have failed once";
}

TEST(Crash, AtEveryDiskCallThatFailsOnceTheLedgerIsKept) {
  const auto nothing = [](DiskMemory&, const std::filesystem::path&) {};
  RunAtEveryDiskCall({.kind = {}, .error_number = EIO}, nothing);
  RunAtEveryDiskCall({.kind = {}, .error_number = ENOSPC}, nothing);
}

TEST(Crash, AtEveryDiskCallAPowerCutKeepsTheLedger) {
  RunAtEveryDiskCall(
      {.kind = {}, .error_number = EIO, .repeat = DiskFault::Repeat::kForever},
      [](DiskMemory& memory, const std::filesystem::path& root) { memory.DropUnsynced(root); });
}

TEST(Crash, AtEveryDiskCallAPowerCutThatKeepsSomeOfWhatWasNotSyncedKeepsTheLedger) {
  SeededRandom random(5);
  RunAtEveryDiskCall(
      {.kind = {}, .error_number = EIO, .repeat = DiskFault::Repeat::kForever},
      [&](DiskMemory& memory, const std::filesystem::path& root) { memory.DropSomeUnsynced(root, random); });
}

TEST(Crash, ADiskErrorFollowedByAPowerCutKeepsTheLedger) {
  // One call fails, the process goes on and answers more clients, then the power goes.
  RunAtEveryDiskCall(
      {.kind = {}, .error_number = EIO},
      [](DiskMemory& memory, const std::filesystem::path& root) { memory.DropUnsynced(root); });
}

}  // namespace
}  // namespace lake::catalog
