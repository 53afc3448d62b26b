// Goal: two writers on one log never overwrite or lose a commit: the loser reads what the winner did and
// validates again. Method: two catalogs on one store, first step by step, then with threads; at the end the
// log holds each acknowledged transaction once.
#include <set>
#include <thread>

#include "catalog_fixture.h"
#include "hook_store.h"

namespace lake::catalog {
namespace {

class LostRace : public CatalogTest {
 protected:
  void SetUp() override {
    CatalogTest::SetUp();
    other_ = world_.Open().value();
  }
  std::unique_ptr<Catalog> other_;
};

TEST_F(LostRace, TheLoserRebasesOnWhatTheWinnerDid) {
  ASSERT_THAT(other_->Commit(Context(), Txn({Create("d1", "t"), Add("d1", {File("f1", 1)})})), IsOk());
  LAKE_ASSERT_OK_AND_ASSIGN(const CommitOutcome outcome, Commit({Put("a", 1)}));
  EXPECT_EQ(outcome.version, Version{2});
  EXPECT_NE(Find("d1"), nullptr);
}

TEST_F(LostRace, TheLoserIsValidatedAgain) {
  ASSERT_THAT(other_->Commit(Context(), Txn({Create("d1", "t"), Add("d1", {File("f1", 1)})})), IsOk());
  EXPECT_THAT(Commit({Create("d2", "T")}), IsError(ErrorCode::kAlreadyExists, "dataset_exists"));
  EXPECT_EQ(catalog_->snapshot()->version(), Version{1}) << "it has read the winner's commit";

  ASSERT_THAT(other_->Commit(Context(), Txn({RemoveFiles{DatasetId("d1"), {FileId("f1")}}})), IsOk());
  EXPECT_THAT(Commit({RemoveFiles{DatasetId("d1"), {FileId("f1")}}, Put("a", 1)}),
              IsError(ErrorCode::kAborted, "conflict"));
  EXPECT_EQ(catalog_->snapshot()->FindEntity("thing", "a"), nullptr);
}

TEST_F(LostRace, AKeyThatTheWinnerUsedIsAReplay) {
  Transaction transaction = Txn({Put("a", 1)});
  transaction.idempotency_key = "k";
  ASSERT_THAT(other_->Commit(Context(), transaction), IsOk());
  LAKE_ASSERT_OK_AND_ASSIGN(const CommitOutcome outcome, catalog_->Commit(Context(), transaction));
  EXPECT_EQ(outcome.kind, CommitOutcome::Kind::kReplayed);
  EXPECT_EQ(outcome.version, Version{1});
}

TEST_F(LostRace, WhoLosesEveryRaceIsToldSo) {
  auto store = std::make_shared<HookStore>(world_.store);
  store->before_put = [&](const storage::ObjectKey&) -> std::optional<Error> {
    EXPECT_THAT(other_->Commit(Context(), Txn({Put("theirs", 1)})), IsOk());
    return std::nullopt;
  };
  const auto unlucky = world_.OpenOn(store, QuietOptions()).value();
  EXPECT_THAT(unlucky->Commit(Context(), Txn({Put("ours", 1)})),
              IsError(ErrorCode::kAborted, "commit_contention"));
  EXPECT_THAT(unlucky->Health(), IsOk());
  EXPECT_EQ(unlucky->snapshot()->FindEntity("thing", "ours"), nullptr);
}

TEST_F(LostRace, ADamagedCommitOfTheWinnerIsReportedAndNothingIsCommitted) {
  ASSERT_THAT(other_->Commit(Context(), Txn({Put("theirs", 1)})), IsOk());
  world_.Write(LogKey(1), "{");
  const auto outcome = Commit({Put("ours", 1)});
  EXPECT_THAT(outcome, IsError(ErrorCode::kUnavailable, "commit_outcome_unknown")) << "it might be ours";
  EXPECT_THAT(outcome.error().internal_cause(), testing::HasSubstr("object_exists"));
}

TEST_F(LostRace, InterleavedWritersLoseNothing) {
  constexpr int kThreads = 2;
  constexpr int kCommits = 40;
  std::vector<std::set<std::string>> acknowledged(2 * kThreads);
  std::vector<std::thread> threads;
  for (size_t t = 0; t < 2 * kThreads; ++t)
    threads.emplace_back([&, t] {
      Catalog& mine = t % 2 == 0 ? *catalog_ : *other_;
      for (int i = 0; i < kCommits; ++i) {
        const std::string id = std::to_string(t) + "-" + std::to_string(i);
        const auto outcome = mine.Commit(Context(), Txn({Put(id, i)}));
        if (outcome.ok()) {
          acknowledged[t].insert(id);
        } else {
          ASSERT_THAT(outcome, IsError(ErrorCode::kAborted, "commit_contention"));
        }
      }
    });
  for (std::thread& thread : threads) thread.join();

  std::set<std::string> expected;
  for (const auto& ids : acknowledged) expected.insert(ids.begin(), ids.end());
  EXPECT_GT(expected.size(), size_t{2 * kThreads * kCommits / 2});
  Reopen();
  std::set<std::string> in_log;
  LAKE_ASSERT_OK_AND_ASSIGN(const auto commits, catalog_->ReadCommits(Context(), Version{}, 1000));
  EXPECT_EQ(commits.size(), catalog_->snapshot()->version().number);
  for (const CommitRecord& commit : commits)
    for (const Transaction& transaction : commit.transactions)
      EXPECT_TRUE(in_log.insert(std::get<PutEntity>(transaction.actions[0]).id).second) << "exactly once";
  EXPECT_EQ(in_log, expected);
}

}  // namespace
}  // namespace lake::catalog
