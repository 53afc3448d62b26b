// What the catalog knows of an index: the document of an entity of kind "index", whose id is the folded name.
// Page: docs/formats/index.md.
//
// An index covers one text column of one dataset. What was built is a generation: files that never change,
// named by its id. The record names the one that is live.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "lake/catalog/snapshot.h"
#include "lake/common/clock.h"
#include "lake/common/describe.h"
#include "lake/common/json.h"
#include "lake/common/result.h"
#include "lake/vector/chunker.h"
#include "lake/vector/hnsw_config.h"
#include "lake/vector/promotions.h"

namespace lake::vector {

inline constexpr std::string_view kIndexKind = "index";

/// Generations that are kept to go back to; each takes as much of a disk as the live one.
inline constexpr size_t kMaxKeptGenerations = 2;

/// models::ModelFingerprint as it is kept.
struct IndexModel {
  std::string name;
  std::string version;  ///< The fingerprint's digest.
  uint32_t dimensions = 0;
  std::string prompt_prefix;
  bool operator==(const IndexModel&) const = default;
};

struct StoredFile {
  std::string key;
  uint64_t bytes = 0;
};

/// How often the graph finds what an exact search finds, measured when it was built with queries that are no
/// rows.
struct MeasuredRecall {
  uint32_t k = 0;
  uint32_t queries = 0;
  double mean = 0;
  double low = 0;  ///< Of the 95 % confidence interval.
  double high = 0;
};

/// What a promoted configuration finds since it answers, by queries with known answers: the canary.
struct CanaryRecall {
  std::string trial_id;  ///< The promotion: its trial and its time.
  Timestamp promoted_at;
  std::string generation;  ///< What answered.
  uint32_t ef_search = 0;
  std::optional<std::string> eval_set;  ///< None: queries that were made for it.
  MeasuredRecall recall;
  double floor = 0;  ///< What the upper end of the interval is to reach.
  Timestamp measured_at;
};

/// Which rows of a dataset are deleted, as far as one set is to be told from another.
struct Deletions {
  uint64_t count = 0;
  std::optional<Timestamp> newest;  ///< Of the last deletion; none when there is none.
  bool operator==(const Deletions&) const = default;
};

/// What a generation has in common with the one before it.
struct TakenOver {
  uint64_t documents = 0;  ///< Unchanged; not embedded again.
  uint64_t chunks = 0;     ///< Of those.
  uint64_t removed = 0;    ///< Documents of the one before that are gone.
};

struct Generation {
  std::string id;
  Timestamp created_at;
  uint64_t dataset_version = 0;  ///< Catalog version whose rows it covers.
  /// Those that are not in it; none: written before they were noted.
  std::optional<Deletions> deletions;
  HnswConfig config;
  uint64_t documents = 0;  ///< Rows of the dataset that are in it.
  uint64_t skipped = 0;    ///< Rows without an id or without a word in the text.
  uint64_t chunks = 0;
  StoredFile segment;                    ///< docs/formats/vector-segment.md
  StoredFile chunk_store;                ///< docs/formats/chunk-store.md
  uint32_t parts = 0;                    ///< docs/formats/embedding-part.md
  std::optional<MeasuredRecall> recall;  ///< None: there is no graph, every answer is exact.
  std::optional<TakenOver> taken_over;   ///< Of a refresh.
};

/// A first build that failed when some documents were embedded already. They are taken over by the next one.
struct FailedBuild {
  std::string generation;  ///< Whose parts they are in.
  HnswConfig config;       ///< What was asked for.
};

enum class RefreshPolicy {
  kManual,     ///< When somebody asks for it.
  kOnAppend,   ///< Whenever the dataset has other rows.
  kScheduled,  ///< Then, at the times of a cron expression.
};

/// When an index is brought up to date.
struct RefreshSettings {
  RefreshPolicy policy = RefreshPolicy::kManual;
  std::optional<std::string> cron;  ///< Of kScheduled: lake/common/cron.h.
  bool operator==(const RefreshSettings&) const = default;
};

struct IndexRecord {
  std::string name;
  std::string source;  ///< Dataset id.
  int32_t text_field_id = 0;
  int32_t id_field_id = 0;
  IndexModel model;
  ChunkSettings chunk;
  std::string bucket;
  Timestamp created_at;
  std::string created_by;
  std::optional<Generation> live;       ///< None while the first one is being built.
  std::optional<std::string> building;  ///< Id of a generation on its way.
  std::optional<FailedBuild> failed;    ///< None once there was a live one.
  RefreshSettings refresh;
  /// What it has while nothing is promoted: what it was asked for with, until a profile brings another. None:
  /// written before it was noted, see OwnConfig.
  std::optional<HnswConfig> config;
  std::optional<Promotions> promotions;  ///< None: there never was one.
  /// Built over the same rows as the live one, for other configurations; that which was live last is the
  /// last.
  std::vector<Generation> kept;
  std::optional<CanaryRecall> canary;  ///< The newest; perhaps of a promotion or a generation before.
};

/// What the index is built with while nothing is promoted.
HnswConfig OwnConfig(const IndexRecord& record);
/// What its next generation is built with: the promoted configuration or its own.
HnswConfig ConfigToBuild(const IndexRecord& record);
/// Whether there is a live graph and another one would not be built now over the same rows.
bool IsBuiltAsConfigured(const IndexRecord& record);
/// How a search that does not say it walks the live graph: as ConfigToBuild says when the graph is built for
/// it, else as that it was built for.
WalkSettings UsualWalk(const IndexRecord& record);
/// Ids of all whose files are the index's: live, kept, being built, failed.
std::set<std::string> GenerationIds(const IndexRecord& record);
/// Whether the canary is of the current promotion and of what answers now.
bool IsOfWhatAnswers(const CanaryRecall& canary, const IndexRecord& record);
/// Whether a promotion answers, by a graph, of which the canary was not measured yet.
bool NeedsCanary(const IndexRecord& record);
/// The live or a kept generation of that id; null when it is neither.
const Generation* FindGeneration(const IndexRecord& record, std::string_view id);

/// 1–100 bytes of letters, digits, '_', '-' and '.', starting with a letter or digit. Error:
/// invalid_argument/bad_index_name.
Status CheckIndexName(std::string_view name);

/// The index of that name, whatever its case. Errors: not_found/index_not_found, data_loss/index_damaged.
Result<IndexRecord> FindIndexRecord(const catalog::Snapshot& snapshot, std::string_view name);
inline constexpr size_t kMaxIndexes = 10'000;
/// All that can be read, by name.
std::vector<IndexRecord> ListIndexRecords(const catalog::Snapshot& snapshot);

/// Error, with pointer: invalid_argument/bad_cron, also for an expression of a policy that has none.
Status CheckRefreshSettings(const RefreshSettings& settings);

/// catalog::EntityValidator of kIndexKind.
Status CheckIndexDocument(const JsonValue& document, const catalog::Entity* previous);

}  // namespace lake::vector

template <>
struct lake::DescribeEnum<lake::vector::ChunkUnit> {
  using V = lake::vector::ChunkUnit;
  static constexpr std::array kNames = {EnumName(V::kWords, "words"), EnumName(V::kTokens, "tokens")};
};
template <>
struct lake::Describe<lake::vector::ChunkSettings> {
  using T = lake::vector::ChunkSettings;
  static constexpr std::string_view kName = "ChunkSettings";
  static constexpr auto kFields = std::tuple{
      Optional("size", &T::size, "Most words or tokens of a chunk.")
          .Between(lake::vector::kMinChunkSize, lake::vector::kMaxChunkSize),
      Optional("overlap", &T::overlap, "About so many stand in two chunks that follow each other.")
          .Between(0, lake::vector::kMaxChunkSize),
      Optional(
          "unit", &T::unit,
          "What size and overlap count; tokens are those of a built-in model, at most as many as it reads.")};
};
template <>
struct lake::Describe<lake::vector::IndexModel> {
  using T = lake::vector::IndexModel;
  static constexpr auto kFields =
      std::tuple{Required("name", &T::name, "Name of the model."),
                 Required("version", &T::version, "Digest of the model."),
                 Required("dimensions", &T::dimensions, "Numbers in each vector."),
                 Optional("prompt_prefix", &T::prompt_prefix, "Stands before every text that is embedded.")};
};
template <>
struct lake::Describe<lake::vector::StoredFile> {
  using T = lake::vector::StoredFile;
  static constexpr auto kFields = std::tuple{Required("key", &T::key, "Object key in the index's bucket."),
                                             Required("bytes", &T::bytes, "Size of the object.")};
};
template <>
struct lake::Describe<lake::vector::MeasuredRecall> {
  using T = lake::vector::MeasuredRecall;
  static constexpr std::string_view kName = "MeasuredRecall";
  static constexpr auto kFields =
      std::tuple{Required("k", &T::k, "Hits that were asked for."),
                 Required("queries", &T::queries, "Queries that were asked; none of them is a chunk."),
                 Required("mean", &T::mean, "Share of the nearest chunks that were found."),
                 Required("low", &T::low, "Lower end of the 95 % confidence interval."),
                 Required("high", &T::high, "Upper end of the 95 % confidence interval.")};
};
template <>
struct lake::Describe<lake::vector::CanaryRecall> {
  using T = lake::vector::CanaryRecall;
  static constexpr std::string_view kName = "CanaryRecall";
  static constexpr auto kFields = std::tuple{
      Required("trial_id", &T::trial_id, "Trial of the promotion."),
      Required("promoted_at", &T::promoted_at, "When it was promoted."),
      Required("generation", &T::generation, "Generation of the index that answered."),
      Required("ef_search", &T::ef_search, "Chunks kept on a walk."),
      Optional("eval_set", &T::eval_set, "Queries that were asked; absent: some that were made for it."),
      Required("recall", &T::recall, "How often the graph found what an exact search finds."),
      Required("floor", &T::floor, "What the upper end of the interval is to reach."),
      Required("measured_at", &T::measured_at, "When it was measured.")};
};
template <>
struct lake::DescribeEnum<lake::vector::RefreshPolicy> {
  using V = lake::vector::RefreshPolicy;
  static constexpr std::array kNames = {EnumName(V::kManual, "manual"), EnumName(V::kOnAppend, "on_append"),
                                        EnumName(V::kScheduled, "scheduled")};
};
template <>
struct lake::Describe<lake::vector::RefreshSettings> {
  using T = lake::vector::RefreshSettings;
  static constexpr auto kFields =
      std::tuple{Required("policy", &T::policy, "When it is brought up to date."),
                 Optional("cron", &T::cron, "Cron expression of a scheduled one.")};
};
template <>
struct lake::Describe<lake::vector::Deletions> {
  using T = lake::vector::Deletions;
  static constexpr auto kFields = std::tuple{Required("count", &T::count, "Deleted rows."),
                                             Optional("newest", &T::newest, "Time of the last deletion.")};
};
template <>
struct lake::Describe<lake::vector::TakenOver> {
  using T = lake::vector::TakenOver;
  static constexpr auto kFields =
      std::tuple{Required("documents", &T::documents, "Unchanged documents."),
                 Required("chunks", &T::chunks, "Their chunks."),
                 Required("removed", &T::removed, "Documents of the one before that are gone.")};
};
template <>
struct lake::Describe<lake::vector::Generation> {
  using T = lake::vector::Generation;
  static constexpr auto kFields =
      std::tuple{Required("id", &T::id, "Generation id."),
                 Required("created_at", &T::created_at, "When it was built."),
                 Required("dataset_version", &T::dataset_version, "Catalog version whose rows it covers."),
                 Optional("deletions", &T::deletions, "Deleted rows that are not in it."),
                 Required("config", &T::config, "What the graph was built with."),
                 Required("documents", &T::documents, "Rows of the dataset that are in it."),
                 Required("skipped", &T::skipped, "Rows without an id or without a word."),
                 Required("chunks", &T::chunks, "Chunks in it."),
                 Required("segment", &T::segment, "Vectors and graph."),
                 Required("chunk_store", &T::chunk_store, "Texts."),
                 Required("parts", &T::parts, "Parts of embeddings."),
                 Optional("recall", &T::recall, "How often the graph finds what an exact search finds."),
                 Optional("taken_over", &T::taken_over, "What it has in common with the one before.")};
};
template <>
struct lake::Describe<lake::vector::FailedBuild> {
  using T = lake::vector::FailedBuild;
  static constexpr auto kFields =
      std::tuple{Required("generation", &T::generation, "Whose parts are kept."),
                 Required("config", &T::config, "What the graph was to be built with.")};
};
template <>
struct lake::Describe<lake::vector::IndexRecord> {
  using T = lake::vector::IndexRecord;
  static constexpr auto kFields =
      std::tuple{Required("name", &T::name, "As it was written first."),
                 Required("source", &T::source, "Dataset id."),
                 Required("text_field_id", &T::text_field_id, "Column with the texts."),
                 Required("id_field_id", &T::id_field_id, "Column that names a row."),
                 Required("model", &T::model, "What embeds chunks and questions."),
                 Required("chunk", &T::chunk, "How texts are cut."),
                 Required("bucket", &T::bucket, "Where its files are."),
                 Required("created_at", &T::created_at, "When it was asked for."),
                 Required("created_by", &T::created_by, "Who asked for it."),
                 Optional("live", &T::live, "The generation that answers."),
                 Optional("building", &T::building, "Id of a generation on its way."),
                 Optional("failed", &T::failed, "A first build that failed."),
                 Optional("refresh", &T::refresh, "When it is brought up to date."),
                 Optional("config", &T::config, "What it has while nothing is promoted."),
                 Optional("promotions", &T::promotions, "What was promoted."),
                 Optional("kept", &T::kept, "Generations to go back to."),
                 Optional("canary", &T::canary, "What the promoted configuration finds since it answers.")};
};
