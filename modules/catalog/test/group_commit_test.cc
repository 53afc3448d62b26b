// Goal: callers that commit at the same time share commit objects; each acknowledged transaction is in the
// log exactly once; readers see whole commits and versions that only grow. Method: many threads on a store in
// memory, and a store whose first put is held back so that a group must form.
#include <atomic>
#include <map>
#include <thread>

#include "catalog_fixture.h"
#include "hook_store.h"
#include "lake/common/mutex.h"

namespace lake::catalog {
namespace {

/// Holds one put of a log object back until it is opened.
class Gate {
 public:
  void Pass() {
    MutexLock lock(mutex_);
    arrived_ = true;
    changed_.NotifyAll();
    while (!open_) changed_.Wait(mutex_);
  }
  void AwaitArrival() {
    MutexLock lock(mutex_);
    while (!arrived_) changed_.Wait(mutex_);
  }
  void Open() {
    MutexLock lock(mutex_);
    open_ = true;
    changed_.NotifyAll();
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  bool arrived_ LAKE_GUARDED_BY(mutex_) = false;
  bool open_ LAKE_GUARDED_BY(mutex_) = false;
};

/// A catalog whose first commit waits at a gate, with room for just `members` more callers in the queue.
class HeldCatalog {
 public:
  explicit HeldCatalog(size_t members) {
    auto store = std::make_shared<HookStore>(world.store);
    store->before_put = [this](const storage::ObjectKey&) -> std::optional<Error> {
      const int number = ++puts;
      if (number == 1) gate.Pass();
      if (number == 2) return second_put;
      return std::nullopt;
    };
    CatalogOptions options = QuietOptions();
    options.max_waiting = members;
    catalog = world.OpenOn(store, options).value();
  }

  /// Commits `first`, and the others as one group behind it; gives their outcomes, the first one's first.
  std::vector<Result<CommitOutcome>> CommitTogether(const Transaction& first,
                                                    std::vector<Transaction> others) {
    std::vector<Result<CommitOutcome>> outcomes(others.size() + 1, Internal("no_outcome", "none"));
    std::vector<std::thread> threads;
    threads.emplace_back([&] { outcomes[0] = catalog->Commit(Context(), first); });
    gate.AwaitArrival();
    for (size_t i = 0; i < others.size(); ++i)
      threads.emplace_back([&, i] {
        do {
          outcomes[i + 1] = catalog->Commit(Context(), others[i]);
        } while (!outcomes[i + 1].ok() && outcomes[i + 1].error().Is("commit_queue_full"));
      });
    AwaitFullQueue();
    gate.Open();
    for (std::thread& thread : threads) thread.join();
    return outcomes;
  }

  World world;
  std::atomic<int> puts = 0;
  std::optional<Error> second_put;
  Gate gate;
  std::unique_ptr<Catalog> catalog;

 private:
  /// A caller with little time finds out: it either leaves the queue again or finds no room in it.
  void AwaitFullQueue() {
    while (true) {
      const Context context{
          .deadline = Deadline::After(std::chrono::milliseconds(2)), .cancel = {}, .trace_id = {}};
      const auto outcome = catalog->Commit(context, Txn({Put("probe", 1)}));
      ASSERT_FALSE(outcome.ok());
      if (outcome.error().Is("commit_queue_full")) return;
      ASSERT_THAT(outcome, IsError(ErrorCode::kDeadlineExceeded, "deadline"));
    }
  }
};

std::vector<Transaction> Puts(int count) {
  std::vector<Transaction> transactions;
  for (int i = 0; i < count; ++i) transactions.push_back(Txn({Put(std::to_string(i), i)}));
  return transactions;
}

TEST(GroupCommit, CallersThatWaitShareOneObject) {
  HeldCatalog held(7);
  const auto outcomes = held.CommitTogether(Txn({Put("first", 1)}), Puts(7));
  for (size_t i = 0; i < outcomes.size(); ++i) {
    ASSERT_THAT(outcomes[i], IsOk()) << i;
    EXPECT_EQ(outcomes[i]->version, Version{i == 0 ? 1u : 2u});
  }
  EXPECT_EQ(held.puts, 2);
  LAKE_ASSERT_OK_AND_ASSIGN(const auto commits, held.catalog->ReadCommits(Context(), Version{}, 10));
  ASSERT_EQ(commits.size(), 2u);
  EXPECT_EQ(commits[1].transactions.size(), 7u);
  EXPECT_EQ(held.catalog->snapshot()->ListEntities("thing", "", 100).size(), 8u)
      << "the probes left no trace";
}

TEST(GroupCommit, ARefusedEntryLeavesTheOthers) {
  HeldCatalog held(4);
  std::vector<Transaction> others = Puts(2);
  others.push_back(Txn({Put("one", 1), Create("d1", "same")}));
  others.push_back(Txn({Put("two", 1), Create("d2", "SAME")}));
  const auto outcomes = held.CommitTogether(Txn({Put("first", 1)}), others);
  EXPECT_THAT(outcomes[1], IsOk());
  EXPECT_THAT(outcomes[2], IsOk());
  EXPECT_NE(outcomes[3].ok(), outcomes[4].ok()) << "exactly one of the two gets the name";
  const auto& loser = outcomes[3].ok() ? outcomes[4] : outcomes[3];
  EXPECT_THAT(loser, IsError(ErrorCode::kAlreadyExists, "dataset_exists"));
  const auto snapshot = held.catalog->snapshot();
  EXPECT_EQ(snapshot->FindEntity("thing", "one") != nullptr, outcomes[3].ok());
  EXPECT_EQ(snapshot->FindEntity("thing", "two") != nullptr, outcomes[4].ok());
  LAKE_ASSERT_OK_AND_ASSIGN(const auto commits, held.catalog->ReadCommits(Context(), Version{1}, 10));
  ASSERT_EQ(commits.size(), 1u);
  EXPECT_EQ(commits[0].transactions.size(), 3u);
}

TEST(GroupCommit, ARepeatedKeyInsideOneGroupIsCommittedOnce) {
  HeldCatalog held(2);
  std::vector<Transaction> others = Puts(2);
  for (Transaction& transaction : others) {
    transaction.idempotency_key = "k";
    transaction.result = transaction.actions.size();
  }
  const auto outcomes = held.CommitTogether(Txn({Put("first", 1)}), others);
  ASSERT_THAT(outcomes[1], IsOk());
  ASSERT_THAT(outcomes[2], IsOk());
  EXPECT_EQ(outcomes[1]->version, Version{2});
  EXPECT_EQ(outcomes[2]->version, Version{2});
  EXPECT_NE(outcomes[1]->kind, outcomes[2]->kind);
  EXPECT_EQ(held.catalog->snapshot()->ListEntities("thing", "", 100).size(), 2u);
}

TEST(GroupCommit, AFailedPutRefusesTheWholeGroup) {
  // The entry that lost the name to another one of its group must not hear that the name is taken: nobody has
  // it.
  HeldCatalog held(3);
  held.second_put = ResourceExhausted("storage_full", "no space");
  std::vector<Transaction> others = Puts(1);
  others.push_back(Txn({Create("d1", "same")}));
  others.push_back(Txn({Create("d2", "same")}));
  const auto outcomes = held.CommitTogether(Txn({Put("first", 1)}), others);
  EXPECT_THAT(outcomes[0], IsOk());
  for (size_t i = 1; i < outcomes.size(); ++i)
    EXPECT_THAT(outcomes[i], IsError(ErrorCode::kResourceExhausted, "storage_full")) << i;
  EXPECT_EQ(held.catalog->snapshot()->version(), Version{1});
  EXPECT_THAT(held.catalog->Health(), IsOk());
  EXPECT_THAT(held.catalog->Commit(Context(), Txn({Create("d1", "same")})), IsOk());
}

TEST(GroupCommit, ACallerThatGivesUpWhileItWaitsIsNotCommitted) {
  HeldCatalog held(7);
  std::thread first([&] { EXPECT_THAT(held.catalog->Commit(Context(), Txn({Put("first", 1)})), IsOk()); });
  held.gate.AwaitArrival();
  CancelSource source;
  const Context context{.deadline = Deadline::Never(), .cancel = source.token(), .trace_id = {}};
  std::thread second([&] {
    EXPECT_THAT(held.catalog->Commit(context, Txn({Put("second", 1)})),
                IsError(ErrorCode::kCancelled, "client_gone"));
  });
  source.Cancel("client_gone");
  second.join();
  held.gate.Open();
  first.join();
  EXPECT_THAT(held.catalog->Commit(Context(), Txn({Put("third", 1)})), IsOk());
  EXPECT_EQ(held.catalog->snapshot()->FindEntity("thing", "second"), nullptr);
}

TEST(GroupCommit, EveryAcknowledgedTransactionIsInTheLogOnceWhileReadersSeeWholeCommits) {
  constexpr int kThreads = 8;
  constexpr int kCommits = 60;
  World world;
  CatalogOptions options = QuietOptions();
  options.checkpoint_every = 32;
  const auto catalog = world.Open(options).value();
  ASSERT_THAT(catalog->Commit(Context(), Txn({Create("shared", "shared")})), IsOk());

  std::atomic<bool> stop = false;
  std::thread reader([&] {
    Version last;
    while (!stop) {
      const auto snapshot = catalog->snapshot();
      ASSERT_GE(snapshot->version(), last);
      last = snapshot->version();
      for (const auto& left : snapshot->ListEntities("thing", "", 1000)) {
        const auto right = snapshot->FindEntity("other", left->id);
        ASSERT_NE(right, nullptr);
        ASSERT_EQ(right->document, left->document);
      }
      ASSERT_EQ(snapshot->FindDataset(DatasetId("shared"))->RowsAt(last),
                snapshot->FindDataset(DatasetId("shared"))->files.size());
    }
  });
  std::vector<std::thread> writers;
  std::array<std::map<int, Version>, kThreads> acknowledged;
  for (int t = 0; t < kThreads; ++t)
    writers.emplace_back([&, t] {
      for (int i = 0; i < kCommits; ++i) {
        const std::string id = std::to_string(t) + "-" + std::to_string(i % 5);
        const auto outcome = catalog->Commit(
            Context(), Txn({Put(id, i), PutEntity{"other", id, {}, i},
                            Add("shared", {File(std::to_string(t) + "." + std::to_string(i), 1)})}));
        ASSERT_THAT(outcome, IsOk());
        acknowledged[static_cast<size_t>(t)][i] = outcome->version;
        ASSERT_GE(catalog->snapshot()->version(), outcome->version) << "visible when acknowledged";
      }
    });
  for (std::thread& writer : writers) writer.join();
  stop = true;
  reader.join();

  std::map<std::string, Version> in_log;
  const Version last = catalog->snapshot()->version();
  LAKE_ASSERT_OK_AND_ASSIGN(const auto commits, catalog->ReadCommits(Context(), Version{1}, 1000));
  ASSERT_EQ(commits.size(), last.number - 1) << "versions are dense";
  for (const CommitRecord& commit : commits)
    for (const Transaction& transaction : commit.transactions) {
      const auto& add = std::get<AddFiles>(transaction.actions[2]);
      EXPECT_TRUE(in_log.emplace(add.files[0].id.value(), commit.version).second) << "exactly once";
    }
  EXPECT_EQ(in_log.size(), size_t{kThreads * kCommits});
  for (int t = 0; t < kThreads; ++t)
    for (const auto& [i, version] : acknowledged[static_cast<size_t>(t)])
      EXPECT_EQ(in_log.at(std::to_string(t) + "." + std::to_string(i)), version);
  const std::string before = Dump(*catalog->snapshot());
  EXPECT_EQ(Dump(*world.Open().value()->snapshot()), before);
}

}  // namespace
}  // namespace lake::catalog
