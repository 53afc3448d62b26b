// Goal: the job file stays as docs/formats/job.md describes it. Method: a record against its exact text, and
// texts that are no job.
#include "job_bench.h"

namespace lake::jobs::testing {
namespace {

const JobId kJob("0196f0a0-7c11-7000-8000-0123456789ab");

TEST(JobRecord, HasThisText) {
  JobRecord record;
  record.id = kJob;
  record.kind = "ingest.file";
  record.actor = "key:ann";
  record.state = JobState::kFailed;
  record.created_at = Timestamp{1'767'323'045'000'000};
  record.started_at = Timestamp{1'767'323'046'000'000};
  record.finished_at = Timestamp{1'767'323'047'500'000};
  record.progress = JobProgress{.done = 10, .total = 20, .unit = "rows", .rate = 2.5, .eta_secs = {}};
  record.payload = JsonValue::MakeObject({{"dataset", "calls"}});
  record.error = JobFailure{.code = "bad_csv", .detail = "line 3 has 4 fields"};
  record.cleanup = CleanupState::kPending;
  const std::string text =
      R"({"format":1,"id":"0196f0a0-7c11-7000-8000-0123456789ab","kind":"ingest.file","actor":"key:ann",)"
      R"("state":"failed","created_at":"2026-01-02T03:04:05.000000Z","started_at":"2026-01-02T03:04:06.000000Z",)"
      R"("finished_at":"2026-01-02T03:04:07.500000Z",)"
      R"("progress":{"done":10,"total":20,"unit":"rows","rate":2.5},"payload":{"dataset":"calls"},)"
      R"("error":{"code":"bad_csv","detail":"line 3 has 4 fields"},"cleanup":"pending"})";
  EXPECT_EQ(EncodeJobRecord(record), text);
  LAKE_ASSERT_OK_AND_ASSIGN(const JobRecord read, DecodeJobRecord(kJob, text));
  EXPECT_EQ(EncodeJobRecord(read), text);
}

TEST(JobRecord, IsRefusedWhenItIsNoJobOrANewerOne) {
  EXPECT_THAT(DecodeJobRecord(kJob, ""), IsError(ErrorCode::kDataLoss, "bad_job_file"));
  EXPECT_THAT(DecodeJobRecord(kJob, R"({"format":1})"), IsError(ErrorCode::kDataLoss, "bad_job_file"));
  EXPECT_THAT(DecodeJobRecord(kJob, R"({"format":2})"),
              IsError(ErrorCode::kFailedPrecondition, "newer_format"));
  JobRecord other;
  other.id = JobId("0196f0a0-7c11-7000-8000-0123456789ac");
  EXPECT_THAT(DecodeJobRecord(kJob, EncodeJobRecord(other)), IsError(ErrorCode::kDataLoss, "bad_job_file"));
}

TEST(JobRecord, IsReadWhenItsPayloadIsAsDeepAsARequestMayBe) {
  JobRecord record;
  record.id = kJob;
  JsonValue deep(1);
  for (int depth = 0; depth < 64; ++depth) deep = JsonValue(JsonValue::Array{deep});
  record.payload = deep;
  LAKE_ASSERT_OK_AND_ASSIGN(const JobRecord read, DecodeJobRecord(kJob, EncodeJobRecord(record)));
  EXPECT_EQ(read.payload, deep);
}

TEST(JobKeys, AreThoseOfUuidsOnly) {
  EXPECT_EQ(JobKey(kJob).text(), "_jobs/0196f0a0-7c11-7000-8000-0123456789ab.json");
  EXPECT_EQ(ParseJobKey(JobKey(kJob).text()), kJob);
  for (const char* key :
       {"_jobs/.json", "_jobs/../x.json", "_jobs/0196F0A0-7c11-7000-8000-0123456789ab.json",
        "_jobs/0196f0a0-7c11-7000-8000-0123456789ab", "_jobs/0196f0a0x7c11-7000-8000-0123456789ab.json",
        "other/0196f0a0-7c11-7000-8000-0123456789ab.json",
        "_jobs/0196f0a0-7c11-7000-8000-0123456789ab0.json"})
    EXPECT_EQ(ParseJobKey(key), std::nullopt) << key;
}

}  // namespace
}  // namespace lake::jobs::testing
