// The jobs that build indexes: a name is reserved by one commit, a generation made live by another.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "generation_builder.h"
#include "generation_storage.h"
#include "index_job.h"
#include "lake/vector/index_service.h"
#include "running_builds.h"

namespace lake::vector {

/// One transaction that puts the record. Error: aborted/conflict when the entity has another version (0:
/// there is none).
Status PutIndexRecord(catalog::Catalog& catalog, const Context& context, const std::string& operation,
                      const std::string& actor, const IndexRecord& record, uint64_t expected_version);
/// Reads, changes and puts it, again when another was quicker. Errors: not_found/index_not_found, those of
/// `change`.
using RecordChange = std::function<Status(IndexRecord& record)>;
Status ChangeIndexRecord(catalog::Catalog& catalog, const Context& context, const std::string& operation,
                         const std::string& actor, std::string_view name, const RecordChange& change);
/// One transaction that deletes it. Error: aborted/conflict when the entity has another version.
Status DeleteIndexRecord(catalog::Catalog& catalog, const Context& context, const std::string& actor,
                         std::string_view name, uint64_t expected_version);
/// Deletes it, whatever its version, and returns what was deleted. Error: not_found/index_not_found.
Result<IndexRecord> TakeIndexRecord(catalog::Catalog& catalog, const Context& context,
                                    const std::string& actor, std::string_view name);

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
  const std::set<std::string>& in_use() const { return in_use_; }

  /// Stops builds whose index or dataset was dropped: their jobs end as cancelled, soon.
  void StopUnwanted() { running_.StopUnwanted(); }

 private:
  Result<JsonValue> Create(jobs::JobRun& run);
  Result<JsonValue> Refresh(jobs::JobRun& run);
  Result<IndexRecord> Build(jobs::JobRun& run, const IndexJob& job);
  Result<IndexRecord> Reserve(const Context& context, const IndexJob& job);
  Result<IndexRecord> ReserveFirst(const Context& context, const IndexJob& job,
                                   const std::optional<FailedBuild>& failed, uint64_t version);
  Result<IndexRecord> ReserveNext(const Context& context, const IndexJob& job);
  Status Publish(const Context& context, const IndexJob& job, const Generation& generation);
  void KeepParts(const Context& context, const IndexJob& job);
  void CleanUp(const IndexJob& job);
  Status GiveUp(const IndexJob& job);

  const IndexServiceParts parts_;
  GenerationStorage& storage_;
  GenerationBuilder builder_;
  RunningBuilds running_;
  std::set<std::string> in_use_;
};

}  // namespace lake::vector
