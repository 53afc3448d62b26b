#include "refresh_runner.h"

#include <algorithm>
#include <utility>

#include "lake/common/cron.h"
#include "lake/common/fold.h"
#include "lake/common/json_io.h"
#include "lake/vector/freshness.h"

namespace lake::vector {
namespace {

constexpr const char* kActor = "refresh-policy";

/// Those that have a policy and are behind.
std::vector<IndexRecord> Followed(const catalog::Snapshot& snapshot) {
  std::vector<IndexRecord> records;
  for (IndexRecord& record : ListIndexRecords(snapshot)) {
    if (record.refresh.policy == RefreshPolicy::kManual || !record.live || record.building) continue;
    const auto dataset = snapshot.FindDataset(catalog::DatasetId(record.source));
    const bool behind =
        dataset != nullptr && !dataset->dropped && IsStale(*dataset, *record.live, snapshot.version());
    if (behind) records.push_back(std::move(record));
  }
  return records;
}

}  // namespace

catalog::Version RefreshRunner::Look(const Context& context) {
  attempts_.Settle();  // Before the snapshot, so that it has what they left.
  const catalog::SnapshotRef snapshot = parts_.catalog.snapshot();
  if (snapshot->version() != seen_) {
    seen_ = snapshot->version();
    parts_.indexes.StopUnwanted();
    behind_ = Followed(*snapshot);
    ForgetThoseUpToDate();
  }
  for (const IndexRecord& record : behind_)
    if (IsDue(record) && attempts_.MayTry(Fold(record.name))) Submit(context, record);
  looked_ = parts_.clock.Now();
  parts_.indexes.RemoveReplaced();
  return *seen_;
}

/// Somebody else refreshed or dropped them: earlier failures do not count any more.
void RefreshRunner::ForgetThoseUpToDate() {
  attempts_.Forget([this](const std::string& name) {
    return std::ranges::none_of(behind_,
                                [&](const IndexRecord& record) { return Fold(record.name) == name; });
  });
}

bool RefreshRunner::IsDue(const IndexRecord& record) const {
  if (record.refresh.policy == RefreshPolicy::kOnAppend) return true;
  // It failed at its time: it is tried again without waiting for the next.
  if (attempts_.Has(Fold(record.name))) return true;
  const Result<CronSchedule> schedule = CronSchedule::Parse(record.refresh.cron.value_or(""));
  if (!schedule.ok()) return false;  // It was checked when it was set.
  const std::optional<Timestamp> next = schedule->NextAfter(looked_.value_or(record.live->created_at));
  return next && *next <= parts_.clock.Now();
}

void RefreshRunner::Submit(const Context& context, const IndexRecord& record) {
  Result<JsonValue> payload = parts_.indexes.PrepareRefreshByPolicy(context, record.name);
  Result<jobs::Job> job =
      payload.ok() ? parts_.jobs.Submit(context, std::string(kRefreshJob), kActor, std::move(*payload))
                   : Result<jobs::Job>(std::move(payload).error());
  if (job.ok()) return attempts_.Submitted(Fold(record.name), job->id);
  attempts_.Failed(Fold(record.name));
  if (!context.cancel.cancelled())
    parts_.log.Warning("refresh_not_started", {{"index", record.name}, {"error", job.error().ToString()}});
}

}  // namespace lake::vector
