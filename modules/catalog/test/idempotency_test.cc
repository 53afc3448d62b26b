// Goal: a repeated idempotency key gives the first outcome and changes nothing, for a week, also after a
// restart. Method: repeats at once, after a restart from the log, after one from a checkpoint, and after the
// week.
#include "catalog_fixture.h"
#include "shard.h"

namespace lake::catalog {
namespace {

using std::chrono::hours;

class Idempotency : public CatalogTest {
 protected:
  Result<CommitOutcome> CommitOnce(const std::string& key, const std::string& fingerprint, int answer) {
    Transaction transaction = Txn({Put("counter", answer)});
    transaction.idempotency_key = key;
    transaction.request_fingerprint = fingerprint;
    transaction.result = answer;
    return catalog_->Commit(Context(), std::move(transaction));
  }
  void ExpectReplay(int answer, Version version) {
    const Version before = catalog_->snapshot()->version();
    LAKE_ASSERT_OK_AND_ASSIGN(const CommitOutcome again, CommitOnce("k", "f", 999));
    EXPECT_EQ(again.kind, CommitOutcome::Kind::kReplayed);
    EXPECT_EQ(again.version, version);
    EXPECT_EQ(again.result, JsonValue(answer));
    EXPECT_EQ(catalog_->snapshot()->version(), before) << "a replay writes nothing";
    LAKE_ASSERT_OK_AND_ASSIGN(const auto found, catalog_->snapshot()->FindOutcome("k", "f"));
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(found->version, version);
    EXPECT_EQ(found->result, JsonValue(answer));
  }
};

TEST_F(Idempotency, ARepeatGivesTheFirstOutcome) {
  LAKE_ASSERT_OK_AND_ASSIGN(const CommitOutcome first, CommitOnce("k", "f", 7));
  EXPECT_EQ(first.kind, CommitOutcome::Kind::kCommitted);
  EXPECT_EQ(first.result, JsonValue(7));
  ExpectReplay(7, first.version);
  EXPECT_THAT(CommitOnce("k", "other request", 7),
              IsError(ErrorCode::kFailedPrecondition, "idempotency_key_reused"));
  EXPECT_THAT(catalog_->snapshot()->FindOutcome("k", "other request"),
              IsError(ErrorCode::kFailedPrecondition, "idempotency_key_reused"));
  EXPECT_TRUE(catalog_->snapshot()->KnowsKey("k"));
  EXPECT_FALSE(catalog_->snapshot()->KnowsKey("other"));
  EXPECT_FALSE(catalog_->snapshot()->FindOutcome("other", "f").value().has_value());
  EXPECT_EQ(catalog_->snapshot()->FindEntity("thing", "counter")->version, 1u);
  EXPECT_THAT(CommitOnce("", "f", 1), IsError(ErrorCode::kInvalidArgument, "bad_transaction"));
}

TEST_F(Idempotency, ARefusedRequestMayBeRepeatedWithItsKey) {
  Transaction transaction = Txn({DropDataset{DatasetId("d1")}});
  transaction.idempotency_key = "k";
  EXPECT_FALSE(catalog_->Commit(Context(), transaction).ok());
  ASSERT_THAT(Commit({Create("d1", "t")}), IsOk());
  EXPECT_THAT(catalog_->Commit(Context(), transaction), IsOk());
}

TEST_F(Idempotency, KeysSurviveRestarts) {
  LAKE_ASSERT_OK_AND_ASSIGN(const CommitOutcome first, CommitOnce("k", "f", 7));
  Reopen();
  ExpectReplay(7, first.version);
  ASSERT_THAT(catalog_->Checkpoint(Context()), IsOk());
  Reopen();
  ExpectReplay(7, first.version);
}

TEST_F(Idempotency, KeysAreForgottenAfterAWeekOfCommitTime) {
  LAKE_ASSERT_OK_AND_ASSIGN(const CommitOutcome first, CommitOnce("k", "f", 7));
  world_.clock.Advance(hours(7 * 24));
  ExpectReplay(7, first.version);
  world_.clock.Advance(std::chrono::microseconds(1));
  LAKE_ASSERT_OK_AND_ASSIGN(const CommitOutcome later, CommitOnce("k", "other request", 8));
  EXPECT_EQ(later.kind, CommitOutcome::Kind::kCommitted);

  world_.clock.Advance(hours(8 * 24));
  ASSERT_THAT(Commit({Put("unrelated", 1)}), IsOk());
  ASSERT_THAT(catalog_->Checkpoint(Context()), IsOk());
  for (const std::string& key : world_.Keys("_catalog/checkpoint/"))
    EXPECT_EQ(world_.Read(key).find("other request"), std::string::npos) << key;
}

TEST(IdempotencyKeysInMemory, ExpiredOnesGoWithinAnHour) {
  const auto key = [](const char* name, int64_t micros) {
    return std::make_shared<const KeyRecord>(
        KeyRecord{.key = name, .fingerprint = "", .version = {}, .time = Timestamp{micros}, .result = {}});
  };
  const int64_t hour = int64_t{3600} * 1'000'000;
  Shard shard;
  shard.keys.Put(key("first", 0));
  shard.keys.Put(key("second", hour / 2));
  shard.keys.Put(key("third", 3 * hour));
  shard.PruneKeys(Timestamp{kKeyLifeMicros});
  EXPECT_EQ(shard.keys.size(), 3u) << "a week old, not older";
  shard.PruneKeys(Timestamp{kKeyLifeMicros + 1});
  EXPECT_EQ(shard.keys.size(), 3u) << "not looked for again so soon";
  shard.PruneKeys(Timestamp{kKeyLifeMicros + hour});
  ASSERT_EQ(shard.keys.size(), 1u);
  EXPECT_EQ((*shard.keys.begin())->key, "third");
}

}  // namespace
}  // namespace lake::catalog
