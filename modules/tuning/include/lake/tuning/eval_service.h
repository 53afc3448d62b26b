// The eval sets as callers see them: saved, made of an index, shown, and made ready for trials.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "lake/access/request.h"
#include "lake/catalog/catalog.h"
#include "lake/common/clock.h"
#include "lake/common/describe.h"
#include "lake/common/log.h"
#include "lake/jobs/job_service.h"
#include "lake/models/provider.h"
#include "lake/storage/bucket_registry.h"
#include "lake/tuning/eval_set.h"
#include "lake/vector/index_service.h"
#include "lake/vector/open_indexes.h"

namespace lake::tuning {

inline constexpr std::string_view kEvalJob = "eval_set";

/// A set without its queries.
struct EvalSetInfo {
  std::string name;
  uint32_t k = 0;
  uint64_t queries = 0;
  uint64_t tune = 0;      ///< Of these for tuning.
  uint64_t validate = 0;  ///< Of these for judging.
  bool ground_truth_built = false;
  std::optional<std::string> index_name = {};
  std::optional<TruthSource> truth_source = {};
  uint64_t skipped = 0;
  uint64_t dropped = 0;
  std::string bucket;
  std::optional<Timestamp> created_at = {};
  std::optional<std::string> created_by = {};
};

/// A set to be made of an index.
struct NewEvalSet {
  std::string name;
  std::string index_name;
  uint32_t count = kDefaultEvalQueries;
  uint32_t k = kDefaultEvalK;
  std::optional<uint64_t> seed = {};
};

/// What the service works with; all of it outlives the service.
struct EvalParts {
  catalog::Catalog& catalog;
  const storage::BucketRegistry& buckets;
  vector::IndexService& indexes;
  vector::OpenIndexes& open_indexes;
  models::Provider& models;
  Clock& clock;
  Log& log;
  size_t threads = 1;  ///< That compare vectors.
};

/// Any thread.
class EvalService {
 public:
  static std::unique_ptr<EvalService> Make(const EvalParts& parts);
  virtual ~EvalService() = default;

  /// Durable on ok; takes the place of a set of that name. Ground truth in `set` is left out: the next trial
  /// computes it. Errors, with pointers: invalid_argument/{bad_eval_set_name, no_eval_queries, bad_query,
  /// eval_set_too_large}; already_exists/eval_set_exists (one of an index that the caller may not know of).
  virtual Result<EvalSetInfo> Save(const access::Request& request, EvalSet set) = 0;

  /// The payload of a job of kind kEvalJob, whose result is an EvalSetInfo. Errors: Save's; those of
  /// IndexService::Find, of OpenIndexes::Find.
  virtual Result<JsonValue> PrepareNew(const access::Request& request, const NewEvalSet& wanted) = 0;
  virtual jobs::JobWork Work() = 0;

  /// What the caller may see of it: texts, vectors and documents only with the permission to write;
  /// documents, and what was made of them, only to those who see every row of the index. Error:
  /// not_found/eval_set_not_found, also when it is of an index that the caller may not know of.
  virtual Result<EvalSet> Find(const access::Request& request, std::string_view name) const = 0;
  /// By name, greater than `after`. A set that cannot be read is left out.
  virtual Result<std::vector<EvalSetInfo>> List(const access::Request& request, std::string_view after,
                                                size_t limit) const = 0;

  /// The set with the ground truth of the live generation, which is computed and stored when it is not there.
  /// `progress` is told of what takes long. Errors: not_found/eval_set_not_found, those of the model and the
  /// index.
  virtual Result<EvalSet> ForTrial(const Context& context, std::string_view name,
                                   const vector::IndexRecord& record, vector::OpenIndex& index,
                                   const std::function<void(uint64_t done, uint64_t total)>& progress) = 0;

  /// The sets that were made of the index go from one bucket to the other. Done again it moves what is left.
  /// Errors: not_found/bucket_not_found, those of the stores.
  virtual Status MoveSets(const Context& context, std::string_view index_name, const std::string& from,
                          const std::string& to) = 0;
  /// At most `count` queries of the set with the ground truth of the live generation, evenly spread over
  /// those for judging; when there is no such set, as many made of the index for this once, as a set without
  /// a name. Nothing is stored. Errors: those of the model and the index.
  virtual Result<EvalSet> Sample(const Context& context, std::string_view name,
                                 const vector::IndexRecord& record, vector::OpenIndex& index,
                                 size_t count) = 0;
};

/// Whether the caller may know of the index: as IndexService::Find; of one that is not there, administrators.
bool MayKnowIndex(const vector::IndexService& indexes, const access::Request& request, std::string_view name);

}  // namespace lake::tuning

template <>
struct lake::Describe<lake::tuning::EvalSetInfo> {
  using T = lake::tuning::EvalSetInfo;
  static constexpr std::string_view kName = "EvalSetInfo";
  static constexpr auto kFields = std::tuple{
      Required("name", &T::name, "Name of the set."),
      Required("k", &T::k, "Neighbours that are asked for."),
      Required("query_count", &T::queries, "Queries in it."),
      Required("tune", &T::tune, "Of these, configurations are chosen by."),
      Required("validate", &T::validate, "Of these, configurations are judged by."),
      Required("ground_truth_built", &T::ground_truth_built, "Whether the queries have ground truth."),
      Optional("index_name", &T::index_name, "The index that it was made of."),
      Optional("truth_source", &T::truth_source, "What ground truth was computed over."),
      Required("skipped", &T::skipped, "Queries that could not be asked when ground truth was built."),
      Required("dropped", &T::dropped, "Queries that went with their documents."),
      Required("bucket", &T::bucket, "Where it is."),
      Optional("created_at", &T::created_at, "When it was made."),
      Optional("created_by", &T::created_by, "Who made it.")};
};
