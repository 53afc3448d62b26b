// A job's generation from the first row to the files that answer.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>

#include "generation_files.h"
#include "index_job.h"
#include "lake/jobs/job_service.h"
#include "lake/vector/index_service.h"

namespace lake::vector {

struct BuildOptions {
  std::filesystem::path work_directory;  ///< Exists.
  size_t threads = 1;                    ///< That build a graph.
  std::chrono::milliseconds retry_pause{1000};
};

/// Any thread.
class GenerationBuilder {
 public:
  GenerationBuilder(const IndexServiceParts& parts, BuildOptions options);

  /// Goes on with what an earlier run left in parts, and before that with what did not change since the job's
  /// previous generation. What may pass (a model server that restarts) does not
  /// end hours of work: it is tried again, later each time. A generation of no rows has no chunks. Errors:
  /// those of the source, the model and the store; invalid_argument/nothing_to_index when a first build finds
  /// rows and in none of them an id and a word.
  Result<Generation> Build(jobs::JobRun& run, const IndexJob& job);

 private:
  Result<Generation> Attempt(jobs::JobRun& run, const IndexJob& job,
                             const std::shared_ptr<storage::ObjectStore>& store, Material& material);

  const IndexServiceParts parts_;
  const BuildOptions options_;
};

}  // namespace lake::vector
