// The jobs that build indexes: a name is reserved by one commit, a generation made live by another.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "generation_builder.h"
#include "generation_storage.h"
#include "index_job.h"
#include "lake/vector/index_service.h"
#include "promotion_files.h"
#include "running_builds.h"

namespace lake::vector {

/// failed_precondition/index_being_built.
Error BeingBuilt(const IndexRecord& record);

/// Any thread.
class IndexBuilds {
 public:
  /// `storage` outlives it.
  IndexBuilds(const IndexServiceParts& parts, BuildOptions options, GenerationStorage& storage);

  jobs::JobKind Kind();
  jobs::JobKind RefreshKind();

  /// Generations that jobs which have not ended name. Filled while the jobs are loaded.
  const GenerationPlaces& in_use() const { return in_use_; }

  /// Stops builds whose index or dataset was dropped: their jobs end as cancelled, soon.
  void StopUnwanted() { running_.StopUnwanted(); }

 private:
  Result<JsonValue> Create(jobs::JobRun& run);
  Result<JsonValue> Refresh(jobs::JobRun& run);
  Result<IndexRecord> Build(jobs::JobRun& run, const IndexJob& asked);
  Result<IndexRecord> Reserve(const Context& context, const IndexJob& job);
  Result<IndexRecord> ReserveFirst(const Context& context, const IndexJob& job, const IndexRecord* known,
                                   uint64_t version);
  Result<IndexRecord> ReserveNext(const Context& context, const IndexJob& job);
  Status Publish(const Context& context, const IndexJob& job, const Generation& generation);
  void KeepParts(const Context& context, const IndexJob& job);
  void CleanUp(const IndexJob& job);
  Status GiveUp(const IndexJob& job);

  const IndexServiceParts parts_;
  GenerationStorage& storage_;
  PromotionFiles promotion_files_;
  GenerationBuilder builder_;
  RunningBuilds running_;
  GenerationPlaces in_use_;
};

}  // namespace lake::vector
