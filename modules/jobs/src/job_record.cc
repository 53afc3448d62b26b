#include "job_record.h"

#include <fmt/format.h>

#include <utility>

#include "lake/common/check.h"
#include "lake/common/json_io.h"

namespace lake::jobs {
namespace {

constexpr std::string_view kJobSuffix = ".json";
/// A payload may be as deep as a request may; the record is around it.
constexpr JsonLimits kRecordLimits = {.max_bytes = 16u << 20, .max_depth = 128};

Error BadFile(const JobId& id, std::string_view why) {
  return DataLoss("bad_job_file", "the file of job {} cannot be read: {}", id.value(), why);
}

}  // namespace

JobRecord RecordOf(const Job& job) {
  JobRecord record;
  record.id = job.id;
  record.kind = job.kind;
  record.actor = job.actor;
  record.state = job.state;
  record.created_at = job.created_at;
  record.started_at = job.started_at;
  record.finished_at = job.finished_at;
  record.result = job.result;
  record.error = job.error;
  if (job.finished()) record.progress = job.progress;
  return record;
}

Job JobOf(const JobRecord& record) {
  return {.id = record.id,
          .kind = record.kind,
          .state = record.state,
          .progress = record.progress.value_or(JobProgress{}),
          .created_at = record.created_at,
          .started_at = record.started_at,
          .finished_at = record.finished_at,
          .actor = record.actor,
          .result = record.result,
          .error = record.error};
}

std::string EncodeJobRecord(const JobRecord& record) { return WriteJson(record); }

Result<JobRecord> DecodeJobRecord(const JobId& id, std::string_view text) {
  Result<JsonValue> document = ParseJson(text, kRecordLimits);
  if (!document.ok()) return BadFile(id, document.error().message());
  const JsonValue* format = document->Find("format");
  if (format != nullptr && format->is_int() && format->as_int() > kJobFormat)
    return FailedPrecondition("newer_format", "the file of job {} has format {}, this version reads up to {}",
                              id.value(), format->as_int(), kJobFormat);
  Result<JobRecord> record = FromJson<JobRecord>(*document, Reading::kTolerant);
  if (!record.ok()) return BadFile(id, record.error().ToString());
  if (record->format < 1) return BadFile(id, "it has no valid format number");
  if (record->id != id) return BadFile(id, fmt::format("it says that it is job {}", record->id.value()));
  return record;
}

storage::ObjectKey JobKey(const JobId& id) {
  LAKE_CHECK(IsJobId(id.value()));
  return storage::ObjectKey::Parse(fmt::format("{}{}{}", kJobPrefix, id.value(), kJobSuffix)).value();
}

std::optional<JobId> ParseJobKey(std::string_view key) {
  if (!key.starts_with(kJobPrefix) || !key.ends_with(kJobSuffix)) return std::nullopt;
  key.remove_prefix(kJobPrefix.size());
  key.remove_suffix(kJobSuffix.size());
  if (!IsJobId(key)) return std::nullopt;
  return JobId(std::string(key));
}

bool IsJobId(std::string_view text) {
  if (text.size() != 36) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    if (dash ? c != '-' : !hex) return false;
  }
  return true;
}

}  // namespace lake::jobs
