#include "job_files.h"

#include <utility>

namespace lake::jobs {
namespace {

/// A put of a few kilobytes that takes longer will not come back.
constexpr std::chrono::seconds kPutTimeout{30};

Context OwnContext() { return {.deadline = Deadline::After(kPutTimeout), .cancel = {}, .trace_id = {}}; }

}  // namespace

Result<JobFiles::Loaded> JobFiles::LoadAll(const Context& context) {
  Loaded loaded;
  storage::ListOptions options{
      .prefix = std::string(kJobPrefix), .delimiter = {}, .after = {}, .limit = 1000};
  for (;;) {
    LAKE_ASSIGN_OR_RETURN(storage::ObjectPage page, store_.List(context, options));
    for (const storage::ObjectInfo& object : page.objects) {
      LAKE_RETURN_IF_ERROR(context.CheckAlive());
      const std::optional<JobId> id = ParseJobKey(object.key.text());
      if (!id) {
        log_.Warning("job_file_not_ours", {{"key", object.key.text()}});
        continue;
      }
      Result<std::string> text = store_.Get(context, object.key, storage::ByteRange{});
      Result<JobRecord> record = text.ok() ? DecodeJobRecord(*id, *text) : std::move(text).error();
      if (record.ok()) {
        loaded.records.push_back(std::move(record).value());
        continue;
      }
      ++loaded.unreadable;
      log_.Warning("job_file_unreadable", {{"key", object.key.text()}, {"error", record.error().ToString()}});
    }
    if (!page.next_after) return loaded;
    options.after = *page.next_after;
  }
}

Status JobFiles::Create(const Context& context, const JobRecord& record) {
  auto put = store_.Put(context, JobKey(record.id), EncodeJobRecord(record), storage::IfAbsent{});
  if (put.ok()) return {};
  // The caller is told that there is no job: an object that is there after all would run at the next start.
  if (put.error().Is("outcome_unknown")) Remove(record.id);
  return std::move(put).error();
}

Status JobFiles::Replace(const JobRecord& record) {
  LAKE_RETURN_IF_ERROR(
      store_.Put(OwnContext(), JobKey(record.id), EncodeJobRecord(record), storage::Overwrite{}));
  return {};
}

void JobFiles::Remove(const JobId& id) {
  if (Status status = store_.Delete(OwnContext(), JobKey(id)); !status.ok())
    log_.Warning("job_file_not_deleted", {{"id", id.value()}, {"error", status.error().ToString()}});
}

}  // namespace lake::jobs
