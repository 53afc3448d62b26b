// The builds that run in this process. Each ends with its job, and before it when nobody wants any more what
// it builds: its index was dropped, or its dataset.
#pragma once

#include <list>
#include <string>
#include <utility>

#include "index_job.h"
#include "lake/catalog/catalog.h"
#include "lake/common/cancel.h"
#include "lake/common/mutex.h"
#include "lake/jobs/job_service.h"

namespace lake::vector {

/// cancelled/index_dropped.
Error IndexDropped(const IndexJob& job);

/// Whether the index that waited for what the job builds still does. Errors: cancelled/{index_dropped,
/// dataset_dropped}.
Status CheckWanted(const catalog::Snapshot& snapshot, const IndexJob& job);

/// Any thread.
class RunningBuilds {
 public:
  /// `catalog` outlives it.
  explicit RunningBuilds(const catalog::Catalog& catalog) : catalog_(catalog) {}

  /// Stops those that CheckWanted refuses now. After a commit.
  void StopUnwanted() LAKE_EXCLUDES(mutex_);

 private:
  friend class RunningBuild;
  struct Entry {
    const IndexJob* job;
    CancelSource stop;
  };

  const catalog::Catalog& catalog_;
  Mutex mutex_;
  std::list<Entry> entries_ LAKE_GUARDED_BY(mutex_);
};

/// A job's run as the build of one of its generations sees it: its context ends also when the build is
/// stopped. Made when the index waits for the generation. One thread makes and destroys it.
class RunningBuild final : public jobs::JobRun {
 public:
  /// The references outlive it.
  RunningBuild(RunningBuilds& all, jobs::JobRun& run, const IndexJob& job);
  ~RunningBuild() override;
  RunningBuild(const RunningBuild&) = delete;
  RunningBuild& operator=(const RunningBuild&) = delete;

  const jobs::JobId& id() const override { return run_.id(); }
  const JsonValue& payload() const override { return run_.payload(); }
  const std::string& actor() const override { return run_.actor(); }
  const Context& context() const override { return context_; }
  void Cancel(std::string reason) override { run_.Cancel(std::move(reason)); }
  void ReportProgress(uint64_t done, std::optional<uint64_t> total, std::string_view unit) override {
    run_.ReportProgress(done, total, unit);
  }

 private:
  RunningBuilds& all_;
  jobs::JobRun& run_;
  std::list<RunningBuilds::Entry>::iterator entry_;
  Context context_;
  CancelRegistration with_job_;
};

}  // namespace lake::vector
