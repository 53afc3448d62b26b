// The life of indexes: asked for, built by a job, listed, dropped.
#pragma once

#include <chrono>
#include <filesystem>
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
#include "lake/common/random.h"
#include "lake/engine/engine.h"
#include "lake/jobs/job_service.h"
#include "lake/models/provider.h"
#include "lake/storage/bucket_registry.h"
#include "lake/vector/index_move.h"
#include "lake/vector/index_record.h"
#include "lake/vector/refresh.h"

namespace lake::vector {

inline constexpr std::string_view kIndexJob = "index";

/// What a finished job says.
struct IndexBuilt {
  std::string index_name;
  std::string generation;
  uint64_t documents = 0;
  uint64_t chunks = 0;
  uint64_t skipped = 0;
  std::optional<MeasuredRecall> recall;
};

/// An index as people see it.
struct IndexInfo {
  IndexRecord record;
  std::string source;  ///< Dataset name.
  std::string text_column;
  std::string id_column;
  bool stale = false;  ///< The dataset has other rows than the index.
  std::optional<Timestamp> stale_since;
};

/// What the service works with; all of it outlives the service.
struct IndexServiceParts {
  catalog::Catalog& catalog;
  engine::Engine& engine;
  const storage::BucketRegistry& buckets;
  models::Provider& models;
  Clock& clock;
  RandomSource& random;
  Log& log;
};

struct IndexServiceOptions {
  std::filesystem::path work_directory;         ///< Of this process alone: what is in it is removed first.
  size_t threads = 0;                           ///< That build a graph; 0 is one a core.
  std::chrono::milliseconds retry_pause{1000};  ///< Before a failed embedding is tried again.
  /// How long files stay that a refresh has replaced: a search has a snapshot in which they are live.
  std::chrono::milliseconds grace{30'000};
  /// Told of a generation whose files are about to go; may be empty.
  std::function<void(const std::string& generation)> on_removed = {};
};

/// Any thread.
class IndexService {
 public:
  /// Error: failed_precondition/bad_work_directory.
  static Result<std::unique_ptr<IndexService>> Make(const IndexServiceParts& parts,
                                                    IndexServiceOptions options);
  virtual ~IndexService() = default;

  /// Checks everything that can be checked before, and loads the model; the result is the payload of a job of
  /// kind kIndexJob. Errors: invalid_argument/{bad_index_name, column_not_found, not_a_text_column,
  /// not_an_id_column, bad_chunk}, failed_precondition/tokens_not_counted, already_exists/index_exists, those
  /// of access::FindDataset, permission_denied/column_not_clear, unavailable/bucket_not_found, those of the
  /// model.
  virtual Result<JsonValue> Prepare(const access::Request& request, const NewIndex& wanted) = 0;
  /// The job that builds what Prepare says; running it again after a crash goes on where it was. Its result
  /// is an IndexBuilt. An index whose first build fails is gone, unless documents were embedded: then it
  /// stays as failed, and the next Prepare or PrepareRefresh of it goes on with those that did not change
  /// since. One that asks for other texts, chunks, another model or bucket begins anew. Dropping it frees
  /// them.
  virtual jobs::JobKind Kind() = 0;

  /// The payload of a job of kind kRefreshJob. Errors: those of access::FindDataset;
  /// not_found/index_not_found; failed_precondition/{index_being_built, model_changed};
  /// invalid_argument/{columns_needed, other_columns}; Prepare's for an index that is not there yet.
  virtual Result<JsonValue> PrepareRefresh(const access::Request& request, const RefreshRequest& wanted) = 0;
  /// The same for one index, on behalf of its policy.
  virtual Result<JsonValue> PrepareRefreshByPolicy(const Context& context, std::string_view name) = 0;
  virtual jobs::JobKind RefreshKind() = 0;

  /// Durable on ok. Errors: Find's, CheckRefreshSettings's.
  virtual Result<IndexInfo> SetRefresh(const access::Request& request, std::string_view name,
                                       const RefreshSettings& settings) = 0;

  /// Errors: not_found/index_not_found, also when the caller may not know of its dataset.
  virtual Result<IndexInfo> Find(const access::Request& request, std::string_view name) const = 0;
  /// Those whose dataset the caller may know of, by folded name, greater than `after`.
  virtual std::vector<IndexInfo> List(const access::Request& request, std::string_view after,
                                      size_t limit) const = 0;
  /// Gone on return; its files too, as far as the store lets them go. A job that builds or refreshes it
  /// stops, takes away what it made and ends as cancelled (when it is for other indexes, too, it goes on with
  /// those). Errors: Find's.
  virtual Status Drop(const access::Request& request, std::string_view name) = 0;

  /// What Move is to do. Errors, with pointer: Find's, unavailable/bucket_not_found,
  /// failed_precondition/index_being_built.
  virtual Result<IndexMove> PrepareMove(const access::Request& request, std::string_view name,
                                        const std::string& bucket) const = 0;
  /// Its files are copied to the other bucket and compared, then one commit says that they are there; the
  /// first ones go after their grace. Searches answer all the while. Done again after a crash it does what is
  /// left. Errors: not_found/index_not_found, failed_precondition/{index_being_built, index_being_moved,
  /// index_moved}, data_loss/copy_differs, those of the stores: nothing has changed, and what was copied is
  /// gone.
  virtual Result<IndexMoved> Move(const Context& context, const IndexMove& move,
                                  const MoveProgress& progress) = 0;
  /// What was copied for a move that will go on is not garbage. While the jobs are loaded.
  virtual void KeepCopies(const IndexMove& move) = 0;

  /// Removes files of generations that no index and no unfinished job names. Once, after the jobs were loaded
  /// and before serving.
  virtual Status CollectGarbage(const Context& context) = 0;
  /// Stops builds whose dataset was dropped: their jobs end as cancelled. After a commit.
  virtual void StopUnwanted() = 0;
  /// Removes files that a refresh has replaced, after their grace. Now and then.
  virtual void RemoveReplaced() = 0;
};

/// The column of the dataset's current schema with that field id; null when it is gone.
const catalog::Column* FindColumn(const catalog::Dataset& dataset, int32_t field_id);

/// Error: failed_precondition/model_changed when vectors of the two cannot be compared.
Status CheckModel(const IndexModel& expected, const models::ModelFingerprint& actual);

}  // namespace lake::vector

template <>
struct lake::Describe<lake::vector::IndexBuilt> {
  using T = lake::vector::IndexBuilt;
  static constexpr std::string_view kName = "IndexBuilt";
  static constexpr auto kFields =
      std::tuple{Required("index_name", &T::index_name, "The index."),
                 Required("generation", &T::generation, "What was built."),
                 Required("documents", &T::documents, "Rows of the dataset that are in it."),
                 Required("chunks", &T::chunks, "Chunks in it."),
                 Required("skipped", &T::skipped, "Rows without an id or without a word in the text."),
                 Optional("recall", &T::recall, "Measured recall; absent when every answer is exact.")};
};
