// Goal: a trial that was appended is in the journal, after a restart, a compaction and damage beside it, and
// journals of earlier systems are read with it. Method: stores in memory whose objects are damaged or written
// by hand; every record is compared with what was appended.
#include "lake/tuning/trial_journals.h"

#include <gmock/gmock.h>

#include "lake/common/json_io.h"
#include "lake/common_testing/capture_log.h"
#include "lake/common_testing/fake_clock.h"
#include "lake/common_testing/result_matchers.h"
#include "lake/common_testing/seeded_random.h"
#include "lake/storage/memory_store.h"
#include "lake/storage_testing/listing.h"

namespace lake::tuning {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::SizeIs;

class TrialJournalsTest : public testing::Test {
 protected:
  void SetUp() override {
    LAKE_ASSERT_OK(buckets_.Attach(storage::kPrimaryBucket, store_));
    LAKE_ASSERT_OK(buckets_.Attach(storage::BucketName("archive"), archive_));
    Restart();
  }
  void Restart() { journals_ = std::make_unique<TrialJournals>(buckets_, log_); }

  Trial MakeTrial(double recall) {
    clock_.Advance(std::chrono::seconds(1));
    Trial trial = {.id = NewTrialId(clock_.Now(), random_),
                   .index_name = "notes",
                   .eval_set = "notes-eval",
                   .config = {.ef_construction = 20, .ef_search = 40, .seed = 7},
                   .metrics = {.recall_at_k = recall, .memory_bytes = 10, .vectors = 3, .eval_queries = 2},
                   .created_at = clock_.Now(),
                   .per_query_hits = std::vector<uint32_t>{10, 9}};
    trial.metrics.build_time_secs = 0.5;
    return trial;
  }
  Trial Append(double recall) { return AppendTo("primary", recall); }
  Trial AppendTo(const std::string& bucket, double recall) {
    Trial trial = MakeTrial(recall);
    LAKE_EXPECT_OK(journals_->Append(Context{}, bucket, trial));
    return trial;
  }
  void Write(std::string_view key, std::string_view bytes) {
    LAKE_ASSERT_OK(
        store_->Put(Context(), *storage::ObjectKey::Parse(std::string(key)), bytes, storage::Overwrite{}));
  }
  std::string Get(std::string_view key) {
    return store_->Get(Context(), *storage::ObjectKey::Parse(std::string(key)), {}).value();
  }
  TrialJournal Read() { return journals_->Read(Context{}, "notes").value(); }
  std::vector<double> Recalls() {
    std::vector<double> recalls;
    for (const Trial& trial : Read().trials) recalls.push_back(trial.metrics.recall_at_k);
    return recalls;
  }
  std::vector<std::string> Keys() { return storage::ListAll(*store_, {}); }

  FakeClock clock_;
  SeededRandom random_{1};
  CaptureLog log_;
  std::shared_ptr<storage::ObjectStore> store_ = storage::MakeMemoryStore(clock_);
  std::shared_ptr<storage::ObjectStore> archive_ = storage::MakeMemoryStore(clock_);
  storage::BucketRegistry buckets_;
  std::unique_ptr<TrialJournals> journals_;
};

TEST_F(TrialJournalsTest, GivesBackEveryMember) {
  EXPECT_THAT(Read().trials, IsEmpty());
  const Trial trial = Append(0.5);
  EXPECT_THAT(trial.id, MatchesRegex("trial-[0-9]+-[0-9a-f]{8}"));
  Restart();
  ASSERT_THAT(Read().trials, SizeIs(1));
  EXPECT_EQ(WriteJson(ToJson(Read().trials[0])), WriteJson(ToJson(trial)));
  LAKE_ASSERT_OK_AND_ASSIGN(const Trial found, journals_->Find(Context{}, "notes", trial.id));
  EXPECT_EQ(found.config, trial.config);
  EXPECT_THAT(journals_->Find(Context{}, "notes", "trial-1-00000000"),
              IsError(ErrorCode::kNotFound, "trial_not_found"));
  EXPECT_THAT(journals_->Find(Context{}, "other", trial.id),
              IsError(ErrorCode::kNotFound, "trial_not_found"));
  EXPECT_THAT(journals_->Read(Context{}, "../notes"), IsError(ErrorCode::kInvalidArgument, "bad_index_name"));
}

TEST_F(TrialJournalsTest, FourBatchesAreMergedAndMoreByHand) {
  for (const double recall : {0.1, 0.2, 0.3}) Append(recall);
  EXPECT_THAT(Keys(), SizeIs(3));
  Append(0.4);
  EXPECT_THAT(Keys(),
              ElementsAre("_hnsw_trials/notes/merged/00000000000000000001-00000000000000000004.jsonl"));
  Append(0.5);
  LAKE_ASSERT_OK(journals_->Compact(Context{}, "notes"));
  EXPECT_THAT(Keys(), SizeIs(1));
  EXPECT_THAT(Recalls(), ElementsAre(0.1, 0.2, 0.3, 0.4, 0.5));
}

TEST_F(TrialJournalsTest, DamageCostsOnlyTheLineItIsIn) {
  for (const double recall : {0.1, 0.2, 0.3}) Append(recall);
  const std::string middle = "_hnsw_trials/notes/00000000000000000002.jsonl";
  std::string bytes = Get(middle);
  bytes[bytes.find("recall_at_k") + 15] ^= 1;
  Write(middle, bytes);
  const std::string tail = "_hnsw_trials/notes/00000000000000000003.jsonl";
  Write(tail, Get(tail).substr(0, Get(tail).size() - 20));
  Restart();
  EXPECT_THAT(Recalls(), ElementsAre(0.1));
  EXPECT_EQ(Read().skipped_lines, 2u);
  EXPECT_GE(log_.Count("trial_journal_damaged"), 1u);
  // What comes afterwards is not lost, and the damage stays in sight.
  Append(0.4);
  LAKE_ASSERT_OK(journals_->Compact(Context{}, "notes"));
  Restart();
  EXPECT_THAT(Recalls(), ElementsAre(0.1, 0.4));
  EXPECT_EQ(Read().skipped_lines, 2u);
}

constexpr const char* kEarlierTrial =
    R"({"id":"trial-1700000000000-0123abcd","index_name":"notes","eval_set":"e","config":{"ef_construction":80,)"
    R"("ef_search":30,"seed":42},"metrics":{"build_time_secs":8,"search_latency_p50_us":509.5,)"
    R"("search_latency_p95_us":600,"search_latency_p99_us":700,"recall_at_k":0.96,"memory_bytes":7,"vectors":100,)"
    R"("eval_queries":20,"brute_force_latency_us":44000,"gpu":1},"created_at":"2024-01-02T03:04:05.123456789+00:00",)"
    R"("host":"a"})";

TEST_F(TrialJournalsTest, EarlierFormsAreReadAndKeepWhatIsNotKnown) {
  Write("_hnsw_trials/notes.jsonl", std::string(kEarlierTrial) + "\nno json\n{\"id\":\"x\"}\n");
  std::string second = kEarlierTrial;
  second.replace(second.find("0123abcd"), 8, "ffffffff");
  Write("_hnsw_trials/notes/batch-1.jsonl", second + "\n");
  Append(0.5);
  for (int compacted = 0; compacted < 2; ++compacted) {
    const TrialJournal journal = Read();
    ASSERT_THAT(journal.trials, SizeIs(3));
    EXPECT_EQ(journal.skipped_lines, 2u);
    EXPECT_EQ(journal.trials[0].metrics.search_latency_p50_us, 509.5);
    EXPECT_FALSE(journal.trials[0].note);
    const JsonValue again = ToJson(journal.trials[0]);
    EXPECT_EQ(again.FindString("host"), "a");
    EXPECT_NE(again.Find("metrics")->Find("gpu"), nullptr);
    LAKE_ASSERT_OK(journals_->Compact(Context{}, "notes"));
    Restart();
  }
  EXPECT_THAT(Keys(), SizeIs(1));
}

TEST_F(TrialJournalsTest, WhatWasNotMeasuredIsNull) {
  Trial trial = MakeTrial(kNotMeasured);
  LAKE_ASSERT_OK(journals_->Append(Context{}, "primary", trial));
  ASSERT_THAT(Read().trials, SizeIs(1));
  EXPECT_TRUE(ToJson(Read().trials[0]).Find("metrics")->Find("recall_at_k")->is_double());
  EXPECT_THAT(Get(Keys()[0]), testing::HasSubstr("\"recall_at_k\":null"));
  EXPECT_EQ(Read().skipped_lines, 0u);
}

TEST_F(TrialJournalsTest, EveryBucketIsReadAndEachTrialCountsOnce) {
  AppendTo("archive", 0.1);
  const Trial twice = Append(0.2);
  LAKE_ASSERT_OK(journals_->Append(Context{}, "archive", twice));
  EXPECT_THAT(Recalls(), ElementsAre(0.1, 0.2));
  EXPECT_THAT(journals_->Append(Context{}, "nowhere", twice),
              IsError(ErrorCode::kNotFound, "bucket_not_found"));
}

}  // namespace
}  // namespace lake::tuning
