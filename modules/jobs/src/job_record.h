// JobRecord: what `_jobs/<id>.json` holds. Layout and reader algorithm: docs/formats/job.md.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>

#include "lake/common/describe.h"
#include "lake/common/json.h"
#include "lake/common/result.h"
#include "lake/jobs/job.h"
#include "lake/storage/object_key.h"

namespace lake::jobs {

inline constexpr int64_t kJobFormat = 1;
inline constexpr std::string_view kJobPrefix = "_jobs/";

/// Whether the kind's cleanup still has to be called for an ended job.
enum class CleanupState { kNone, kPending };

struct JobRecord {
  int64_t format = kJobFormat;
  JobId id;
  std::string kind;
  std::string actor;
  JobState state = JobState::kQueued;
  Timestamp created_at;
  std::optional<Timestamp> started_at;
  std::optional<Timestamp> finished_at;
  std::optional<JobProgress> progress;
  std::optional<JsonValue> payload;  ///< Gone when nobody needs it any more.
  std::optional<JsonValue> result;
  std::optional<JobFailure> error;
  CleanupState cleanup = CleanupState::kNone;
  JsonValue::Object unknown;  ///< Members of later minor versions, kept.
};

JobRecord RecordOf(const Job& job);
Job JobOf(const JobRecord& record);

std::string EncodeJobRecord(const JobRecord& record);
/// Errors: failed_precondition/newer_format; data_loss/bad_job_file when it is no job or not the job `id`.
Result<JobRecord> DecodeJobRecord(const JobId& id, std::string_view text);

/// "_jobs/<id>.json". `id` is one we made or ParseJobKey gave.
storage::ObjectKey JobKey(const JobId& id);
/// The id of a job file's key; none for a key that is no job file's.
std::optional<JobId> ParseJobKey(std::string_view key);
/// 36 characters: a UUID in lower-case hex.
bool IsJobId(std::string_view text);

}  // namespace lake::jobs

template <>
struct lake::DescribeEnum<lake::jobs::CleanupState> {
  using S = lake::jobs::CleanupState;
  static constexpr std::array kNames = {EnumName(S::kNone, "none"), EnumName(S::kPending, "pending")};
};
template <>
struct lake::Describe<lake::jobs::JobRecord> {
  using T = lake::jobs::JobRecord;
  static constexpr std::string_view kName = "JobRecord";
  static constexpr auto kUnknown = &T::unknown;
  static constexpr auto kFields =
      std::tuple{Required("format", &T::format, "Major version of this layout."),
                 Required("id", &T::id, "Job id, as in the key."),
                 Required("kind", &T::kind, "What kind of work."),
                 Required("actor", &T::actor, "Who asked for it."),
                 Required("state", &T::state, "queued until it ended; then succeeded, failed or cancelled."),
                 Required("created_at", &T::created_at, "When it was accepted."),
                 Optional("started_at", &T::started_at, "When its last run began."),
                 Optional("finished_at", &T::finished_at, "When it ended."),
                 Optional("progress", &T::progress, "How far it was when it ended."),
                 Optional("payload", &T::payload, "What its work and its cleanup are given."),
                 Optional("result", &T::result, "Its result, when it succeeded."),
                 Optional("error", &T::error, "Why it failed or was cancelled."),
                 Optional("cleanup", &T::cleanup, "pending until the kind's cleanup was called.")};
};
