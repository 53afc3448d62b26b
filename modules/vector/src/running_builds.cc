#include "running_builds.h"

#include <utility>
#include <vector>

namespace lake::vector {

Error IndexDropped(const IndexJob& job) {
  return Cancelled("index_dropped", "index '{}' was dropped", job.index_name);
}

Status CheckWanted(const catalog::Snapshot& snapshot, const IndexJob& job) {
  const Result<IndexRecord> record = FindIndexRecord(snapshot, job.index_name);
  if (!record.ok() && !record.error().Is(ErrorCode::kNotFound)) return {};  // Nobody knows.
  const bool waits = record.ok() && (record->building == job.generation ||
                                     FindGeneration(*record, job.generation) != nullptr);
  if (!waits) return IndexDropped(job);  // One of that name may have been created since.
  const auto dataset = snapshot.FindDataset(catalog::DatasetId(job.source));
  if (dataset == nullptr || dataset->dropped)
    return Cancelled("dataset_dropped", "the dataset of index '{}' was dropped", job.index_name);
  return {};
}

void RunningBuilds::StopUnwanted() {
  const catalog::SnapshotRef snapshot = catalog_.snapshot();
  std::vector<std::pair<CancelSource, std::string>> unwanted;
  {
    MutexLock lock(mutex_);
    for (const Entry& entry : entries_)
      if (const Status wanted = CheckWanted(*snapshot, *entry.job); !wanted.ok())
        unwanted.emplace_back(entry.stop, wanted.error().reason());
  }
  for (auto& [stop, reason] : unwanted) stop.Cancel(std::move(reason));  // Calls back: not under the lock.
}

RunningBuild::RunningBuild(RunningBuilds& all, jobs::JobRun& run, const IndexJob& job)
    : all_(all), run_(run), context_(run.context()) {
  CancelSource stop;
  context_.cancel = stop.token();
  with_job_ = run.context().cancel.OnCancel(
      [stop, token = run.context().cancel]() mutable { stop.Cancel(token.error().reason()); });
  {
    MutexLock lock(all_.mutex_);
    entry_ = all_.entries_.insert(all_.entries_.end(), {.job = &job, .stop = std::move(stop)});
  }
  all_.StopUnwanted();  // What happened before it was known to run.
}

RunningBuild::~RunningBuild() {
  MutexLock lock(all_.mutex_);
  all_.entries_.erase(entry_);
}

}  // namespace lake::vector
