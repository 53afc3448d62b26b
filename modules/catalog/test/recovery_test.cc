// Goal: the state in memory, the state from a checkpoint plus tail, and the state from the log alone are the
// same; damage to checkpoints costs time only, damage to the log is reported and never read over. Method:
// seeded random histories compared by canonical dumps; then single objects are damaged, removed or replaced.
#include "catalog_fixture.h"
#include "workload.h"

namespace lake::catalog {
namespace {

using testing::HasSubstr;

constexpr std::string_view kCheckpoints = "_catalog/checkpoint/";

class Recovery : public CatalogTest {
 protected:
  void Run(uint64_t seed, int transactions) {
    Workload workload(seed);
    for (int i = 0; i < transactions; ++i) {
      world_.clock.Advance(std::chrono::minutes(workload.Below(600)));
      accepted_ += catalog_->Commit(Context(), workload.Next()).ok() ? 1 : 0;
    }
  }
  void Checkpoint() { ASSERT_THAT(catalog_->Checkpoint(Context()), IsOk()); }
  /// Opened again with whatever is on the store, the state is the one in memory.
  void ExpectSameAfterRestart(const std::string& why) {
    const auto reopened = world_.Open();
    ASSERT_THAT(reopened, IsOk()) << why;
    EXPECT_EQ(Dump(*(*reopened)->snapshot()), Dump(*catalog_->snapshot())) << why;
  }
  void ExpectDamage(const std::string& key) {
    const auto reopened = world_.Open();
    ASSERT_THAT(reopened, IsError(ErrorCode::kDataLoss, "log_damaged"));
    EXPECT_THAT(reopened.error().message(), HasSubstr(key));
  }
  void RemoveCheckpoints() {
    for (const std::string& key : world_.Keys(std::string(kCheckpoints))) world_.Remove(key);
  }
  /// Runs `test` with a damaged copy of each object in turn; the objects are put back.
  void WithEachDamaged(const std::vector<std::string>& keys,
                       const std::function<void(const std::string&)>& test) {
    for (const std::string& key : keys) {
      const std::string bytes = world_.Read(key);
      std::string flipped = bytes;
      flipped[flipped.size() / 3] ^= 1;
      for (const std::string& damaged : {flipped, bytes.substr(0, bytes.size() - 7), std::string()}) {
        world_.Write(key, damaged);
        test(key);
      }
      world_.Remove(key);
      test(key);
      world_.Write(key, bytes);
    }
  }

  int accepted_ = 0;
};

TEST_F(Recovery, RandomHistoriesGiveTheSameStateHoweverTheyAreRead) {
  for (uint64_t seed = 1; seed <= 6; ++seed) {
    world_.store = storage::MakeMemoryStore(world_.clock);
    CatalogOptions options = QuietOptions();
    options.checkpoint_every = 5 + seed * 7;
    Reopen(options);
    for (int round = 0; round < 4; ++round) {
      Run(seed * 100 + static_cast<uint64_t>(round), 80);
      ExpectSameAfterRestart(fmt::format("checkpoint and tail, seed {} round {}", seed, round));
      const auto store = world_.store;
      world_.store = storage::MakeMemoryStore(world_.clock);
      for (const auto& object : store->List(Context(), {.prefix = "_catalog/log/"})->objects)
        world_.Write(object.key.text(), store->Get(Context(), object.key, storage::ByteRange{}).value());
      ExpectSameAfterRestart(fmt::format("log alone, seed {} round {}", seed, round));
      world_.store = store;
      if (round == 2) Reopen(options);  // The rest is built on a state that was read.
    }
  }
  EXPECT_GT(accepted_, 300) << "the histories must not be empty";
  EXPECT_LT(accepted_, 1500) << "some transactions must be refused";
}

TEST_F(Recovery, AStartReadsTheNewestCheckpointAndNotTheWholeLog) {
  Run(1, 60);
  Checkpoint();
  const uint64_t version = catalog_->snapshot()->version().number;
  Run(2, 20);
  for (uint64_t i = 1; i < version; ++i) world_.Write(LogKey(i), "not needed");
  ExpectSameAfterRestart("older commits are not read");
}

TEST_F(Recovery, OnlyShardsThatChangedAreWritten) {
  Run(1, 100);
  Checkpoint();
  const size_t before = world_.Keys(std::string(kCheckpoints)).size();
  ASSERT_THAT(Commit({Put("one", 1)}), IsOk());
  Checkpoint();
  EXPECT_EQ(world_.Keys(std::string(kCheckpoints)).size(), before + 2) << "one shard and the root";
  Checkpoint();
  EXPECT_EQ(world_.Keys(std::string(kCheckpoints)).size(), before + 2) << "nothing is new";
  ExpectSameAfterRestart("shards of two checkpoints");
}

TEST_F(Recovery, CheckpointsThatNobodyNeedsAreRemoved) {
  for (uint64_t round = 0; round < 12; ++round) {
    Run(round, 10);
    Checkpoint();
    if (round % 3 == 2) Reopen();
  }
  size_t roots = 0;
  for (const std::string& key : world_.Keys(std::string(kCheckpoints)))
    roots += key.ends_with("root.json") ? 1 : 0;
  EXPECT_EQ(roots, 2u);
  EXPECT_LT(world_.Keys(std::string(kCheckpoints)).size(), 100u);
  ExpectSameAfterRestart("after the removal");
}

TEST_F(Recovery, AutomaticCheckpointsComeAtTheirInterval) {
  CatalogOptions options = QuietOptions();
  options.checkpoint_every = 10;
  Reopen(options);
  const auto newest = [&] {
    const auto keys = world_.Keys(std::string(kCheckpoints));
    return keys.empty() ? "" : keys[keys.size() - 2].substr(kCheckpoints.size(), 20);
  };
  for (int i = 1; i <= 25; ++i) {
    ASSERT_THAT(Commit({Put("a", i)}), IsOk());
    EXPECT_EQ(newest(), i < 10 ? "" : fmt::format("{:020}", i / 10 * 10)) << i;
  }
  Reopen(options);
  for (int i = 26; i <= 30; ++i) ASSERT_THAT(Commit({Put("a", i)}), IsOk());
  EXPECT_EQ(newest(), fmt::format("{:020}", 30));
}

TEST_F(Recovery, ADamagedCheckpointCostsTimeOnly) {
  Run(1, 30);
  Checkpoint();
  Run(2, 30);
  Checkpoint();
  Run(3, 5);
  const std::vector<std::string> keys = world_.Keys(std::string(kCheckpoints));
  ASSERT_GT(keys.size(), 10u);
  WithEachDamaged(keys, [&](const std::string& key) { ExpectSameAfterRestart(key + " damaged"); });
  EXPECT_GT(world_.log.Count("catalog.checkpoint_unusable"), 10u);
}

TEST_F(Recovery, ACheckpointAfterAFallBackIsGoodAgain) {
  Run(1, 30);
  Checkpoint();
  Run(2, 30);
  Checkpoint();
  const auto root = fmt::format("{}{:020}/root.json", kCheckpoints, catalog_->snapshot()->version().number);
  world_.Write(root, "{}");
  Reopen();
  Run(3, 30);
  Checkpoint();
  const size_t warnings = world_.log.Count("catalog.checkpoint_unusable");
  ExpectSameAfterRestart("the newest checkpoint");
  EXPECT_EQ(world_.log.Count("catalog.checkpoint_unusable"), warnings);
}

TEST_F(Recovery, TheHintIsOnlyAHint) {
  Run(1, 30);
  Checkpoint();
  const std::string hint(std::string(kCheckpoints) + "_last");
  const std::string stale = world_.Read(hint);
  Run(2, 30);
  Checkpoint();
  const uint64_t version = catalog_->snapshot()->version().number;
  for (uint64_t i = 1; i < version; ++i)
    world_.Write(LogKey(i), "not needed: the newest checkpoint is found");
  for (const std::string& text : {stale, std::string("damaged"), EncodeHint(Version{version + 7})}) {
    world_.Write(hint, text);
    ExpectSameAfterRestart("hint " + text);
  }
  world_.Remove(hint);
  ExpectSameAfterRestart("no hint");
}

TEST_F(Recovery, ACheckpointOfAnotherHistoryIsNoCheckpoint) {
  Run(1, 30);
  Checkpoint();
  const uint64_t version = catalog_->snapshot()->version().number;
  // The same store, but a log that begins anew.
  for (const std::string& key : world_.Keys("_catalog/log/")) world_.Remove(key);
  Reopen();
  EXPECT_EQ(catalog_->snapshot()->version(), Version{});
  for (uint64_t i = 0; i < version + 3; ++i) ASSERT_THAT(Commit({Put("a", 1)}), IsOk());
  ExpectSameAfterRestart("the log is the truth");
}

TEST_F(Recovery, AFailedCheckpointFailsNoCommit) {
  CatalogOptions options = QuietOptions();
  options.checkpoint_every = 2;
  Reopen(options);
  world_.Write(fmt::format("{}{:020}/root.json", kCheckpoints, 2), "in the way");
  for (int i = 0; i < 5; ++i) EXPECT_THAT(Commit({Put("a", i)}), IsOk());
  EXPECT_EQ(world_.log.Count("catalog.checkpoint_failed"), 1u);
  EXPECT_EQ(world_.log.Count("catalog.checkpoint_unusable"), 0u);
  ExpectSameAfterRestart("the next one is good");
}

TEST_F(Recovery, DamageInTheLogIsReportedByName) {
  Run(1, 40);
  std::vector<std::string> keys = world_.Keys("_catalog/log/");
  keys.pop_back();
  WithEachDamaged(keys, [&](const std::string& key) { ExpectDamage(key); });
  ExpectSameAfterRestart("all put back");
}

TEST_F(Recovery, ADamagedLastCommitIsReportedToo) {
  // It may have been acknowledged: a commit object is put whole, so a crash does not leave half of one.
  Run(1, 20);
  const std::string key = world_.Keys("_catalog/log/").back();
  const std::string bytes = world_.Read(key);
  for (size_t length : {size_t{0}, size_t{1}, bytes.size() / 2, bytes.size() - 1}) {
    world_.Write(key, bytes.substr(0, length));
    ExpectDamage(key);
  }
}

TEST_F(Recovery, ACommitUnderAnotherNumberIsDamage) {
  Run(1, 30);
  world_.Write(LogKey(2), world_.Read(LogKey(3)));
  ExpectDamage(LogKey(2));
}

TEST_F(Recovery, AnIntactCommitThatContradictsTheLogIsDamage) {
  Run(1, 30);
  World foreign;
  const auto other = foreign.Open().value();
  ASSERT_THAT(other->Commit(Context(), Txn({Create("only-there", "x")})), IsOk());
  for (uint64_t i = 0; i < catalog_->snapshot()->version().number; ++i)
    ASSERT_THAT(other->Commit(Context(), Txn({Add("only-there", {File("f" + std::to_string(i), 1)})})),
                IsOk());
  const std::string next = LogKey(catalog_->snapshot()->version().number + 1);
  world_.Write(next, foreign.Read(next));
  ExpectDamage(next);
}

}  // namespace
}  // namespace lake::catalog
