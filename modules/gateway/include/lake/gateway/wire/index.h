// Indexes and searches over the wire.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "lake/common/clock.h"
#include "lake/common/describe.h"
#include "lake/gateway/wire/list.h"
#include "lake/search/search_service.h"
#include "lake/vector/index_service.h"

namespace lake::gateway::wire {

enum class VectorBackend { kParquet };
enum class Metric { kCosine };

struct CreateIndex {
  std::string index_name;
  std::string source;
  std::string text_column;
  std::string id_column;
  std::optional<std::string> embed_model;
  std::optional<vector::ChunkSettings> chunk;
  std::optional<vector::HnswConfig> hnsw_config;
  std::string bucket = "primary";
  VectorBackend vector_backend = VectorBackend::kParquet;
  vector::RefreshPolicy refresh_policy = vector::RefreshPolicy::kManual;
  std::optional<std::string> refresh_cron;
};

enum class IndexState { kBuilding, kReady, kFailed };

struct Index {
  std::string index_name;
  IndexState state = IndexState::kBuilding;
  std::string source;
  std::string text_column;
  std::string id_column;
  std::string model;
  std::string model_version;
  uint32_t dimensions = 0;
  Metric metric = Metric::kCosine;
  std::string bucket;
  VectorBackend vector_backend = VectorBackend::kParquet;
  vector::ChunkSettings chunk;
  std::optional<std::string> generation;
  std::optional<vector::HnswConfig> config;
  std::optional<vector::HnswConfig> promoted;
  bool outdated = false;
  uint64_t rows = 0;
  uint64_t skipped = 0;
  uint64_t chunks = 0;
  uint64_t bytes = 0;
  std::optional<vector::MeasuredRecall> recall;
  Timestamp created_at;
  std::optional<Timestamp> last_embedded_at;
  std::optional<uint64_t> dataset_version;
  bool stale = false;
  std::optional<Timestamp> stale_since;
  vector::RefreshPolicy refresh_policy = vector::RefreshPolicy::kManual;
  std::optional<std::string> refresh_cron;
};

struct NamedIndex {
  std::string name;
};

struct ListIndexes {
  std::optional<std::string> source;
  std::optional<std::string> model;
  uint32_t limit = kDefaultPage;
  std::optional<std::string> page_token;
};

struct SearchIndex {
  std::string index_name;
  std::optional<std::string> query;
  std::optional<std::vector<double>> vector;
  search::SearchMode mode = search::SearchMode::kVector;
  search::Fusion fusion = search::Fusion::kScores;
  uint32_t k = 10;
  std::optional<uint32_t> per_document;
  std::optional<std::string> filter;
  std::optional<std::vector<std::string>> doc_ids;
  std::optional<uint32_t> ef_search;
  bool exact = false;
  std::optional<search::Rerank> rerank;
};

struct HitScores {
  std::optional<double> vector;
  std::optional<double> text;
  std::optional<double> rerank;
};

struct SearchHit {
  std::string doc_id;
  std::string source;
  uint32_t chunk = 0;
  std::string text;
  uint32_t start = 0;
  uint32_t end = 0;
  double score = 0;
  HitScores scores;
};

struct SearchResult {
  std::string index_name;
  std::vector<SearchHit> hits;
  bool exact = false;
  std::optional<double> recall_low;
  bool short_of_k = false;
  bool query_truncated = false;
  bool stale = false;
  uint64_t version = 0;
  double elapsed_ms = 0;
};

}  // namespace lake::gateway::wire

template <>
struct lake::DescribeEnum<lake::gateway::wire::VectorBackend> {
  using V = lake::gateway::wire::VectorBackend;
  static constexpr std::array kNames = {EnumName(V::kParquet, "parquet")};
};
template <>
struct lake::DescribeEnum<lake::gateway::wire::Metric> {
  using V = lake::gateway::wire::Metric;
  static constexpr std::array kNames = {EnumName(V::kCosine, "cosine")};
};
template <>
struct lake::DescribeEnum<lake::search::SearchMode> {
  using V = lake::search::SearchMode;
  static constexpr std::array kNames = {EnumName(V::kVector, "vector"), EnumName(V::kText, "text"),
                                        EnumName(V::kHybrid, "hybrid")};
};
template <>
struct lake::DescribeEnum<lake::search::Fusion> {
  using V = lake::search::Fusion;
  static constexpr std::array kNames = {EnumName(V::kScores, "dbsf"), EnumName(V::kRanks, "rrf")};
};
template <>
struct lake::DescribeEnum<lake::gateway::wire::IndexState> {
  using V = lake::gateway::wire::IndexState;
  static constexpr std::array kNames = {EnumName(V::kBuilding, "building"), EnumName(V::kReady, "ready"),
                                        EnumName(V::kFailed, "failed")};
};
template <>
struct lake::Describe<lake::gateway::wire::CreateIndex> {
  using T = lake::gateway::wire::CreateIndex;
  static constexpr std::string_view kName = "CreateIndex";
  static constexpr auto kFields = std::tuple{
      Required("index_name", &T::index_name, "Name of the new index.").Between(1, 100),
      Required("source", &T::source, "Dataset whose texts are indexed.").Between(1, 255),
      Required("text_column", &T::text_column, "VARCHAR column with the texts.").Between(1, 255),
      Required("id_column", &T::id_column,
               "VARCHAR, INTEGER or BIGINT column that names a row; its values are unique.")
          .Between(1, 255),
      Optional("embed_model", &T::embed_model,
               "Model that embeds, from GET /ai/models; the default one when absent.")
          .Between(1, 255),
      Optional(
          "chunk", &T::chunk,
          "How texts are cut; when absent 500 words with 50 of overlap, fewer for a model that reads less."),
      Optional("hnsw_config", &T::hnsw_config, "How the graph is built and searched."),
      Optional("bucket", &T::bucket, "Where the files of the index go.").Between(1, 63),
      Optional("vector_backend", &T::vector_backend, "What keeps the vectors."),
      Optional("embedding_refresh_policy", &T::refresh_policy, "When it is brought up to date."),
      Optional("embedding_refresh_cron", &T::refresh_cron,
               "Of the policy scheduled: minute, hour, day of the month, month, day of the week, in UTC.")
          .Between(1, 255)};
};
template <>
struct lake::Describe<lake::gateway::wire::Index> {
  using T = lake::gateway::wire::Index;
  static constexpr std::string_view kName = "Index";
  static constexpr auto kFields = std::tuple{
      Required("index_name", &T::index_name, "Index name."),
      Required("state", &T::state,
               "building: its first job is not over; ready: it answers; failed: its first job did; asked for "
               "again it "
               "goes on."),
      Required("source", &T::source, "Dataset whose texts are indexed."),
      Required("text_column", &T::text_column, "Column with the texts."),
      Required("id_column", &T::id_column, "Column that names a row."),
      Required("model", &T::model, "Model that embeds chunks and questions."),
      Required("model_version", &T::model_version, "Digest of the model."),
      Required("dimensions", &T::dimensions, "Numbers in each vector."),
      Required("metric", &T::metric, "What near means."),
      Required("bucket", &T::bucket, "Where its files are."),
      Required("vector_backend", &T::vector_backend, "What keeps the vectors."),
      Required("chunk", &T::chunk, "How texts are cut."),
      Optional("generation", &T::generation, "The built generation that answers."),
      Optional("config", &T::config, "What its graph was built with."),
      Optional("promoted", &T::promoted, "The promoted configuration, when there is one."),
      Required("outdated", &T::outdated,
               "Whether the next refresh builds another graph, because of what was promoted or rolled back."),
      Required("rows", &T::rows, "Rows of the dataset that are in it."),
      Required("skipped", &T::skipped, "Rows without an id or without a word in the text."),
      Required("chunks", &T::chunks, "Chunks in it."),
      Required("bytes", &T::bytes, "Size of the files that answer."),
      Optional(
          "recall", &T::recall,
          "How often the graph finds what is nearest, measured when it was built; absent when every answer "
          "is exact."),
      Required("created_at", &T::created_at, "When it was asked for."),
      Optional("last_embedded_at", &T::last_embedded_at, "When what answers was built."),
      Optional("dataset_version", &T::dataset_version, "Catalog version whose rows it covers."),
      Required("stale", &T::stale, "Whether the dataset has other rows by now."),
      Optional("embedding_stale_since", &T::stale_since, "Time of the first change that it does not cover."),
      Required("embedding_refresh_policy", &T::refresh_policy, "When it is brought up to date."),
      Optional("embedding_refresh_cron", &T::refresh_cron, "Of the policy scheduled, in UTC.")};
};
template <>
struct lake::Describe<lake::gateway::wire::NamedIndex> {
  using T = lake::gateway::wire::NamedIndex;
  static constexpr auto kFields = std::tuple{Required("name", &T::name, "Index name.").Between(1, 255)};
};
template <>
struct lake::Describe<lake::gateway::wire::ListIndexes> {
  using T = lake::gateway::wire::ListIndexes;
  static constexpr auto kFields =
      std::tuple{Optional("source", &T::source, "Only those of that dataset.").Between(1, 255),
                 Optional("model", &T::model, "Only those of that model.").Between(1, 255),
                 lake::gateway::wire::LimitField<T>(), lake::gateway::wire::PageTokenField<T>()};
};
template <>
struct lake::Describe<lake::search::Rerank> {
  using T = lake::search::Rerank;
  static constexpr std::string_view kName = "Rerank";
  static constexpr auto kFields = std::tuple{
      Optional("model", &T::model, "Name of the model, from GET /ai/models; the default one when absent.")
          .Between(1, 255),
      Optional("depth", &T::depth, "How many candidates it reads; at least k of them.")
          .Between(1, lake::models::kMaxRankedTexts)};
};
template <>
struct lake::Describe<lake::gateway::wire::SearchIndex> {
  using T = lake::gateway::wire::SearchIndex;
  static constexpr std::string_view kName = "SearchIndex";
  static constexpr auto kFields = std::tuple{
      Required("index_name", &T::index_name, "Index to search.").Between(1, 255),
      Optional("query", &T::query, "A question or some words; or give a vector.")
          .Between(1, lake::search::kMaxQuestionBytes),
      Optional("vector", &T::vector, "A vector of the index's model, instead of a query.").Between(1, 4096),
      Optional("mode", &T::mode, "vector: by meaning; text: by words (BM25); hybrid: by both, fused."),
      Optional("fusion", &T::fusion,
               "Of hybrid, dbsf: by where the scores stand among those of all candidates; rrf: by ranks."),
      Optional("k", &T::k, "Most hits.").Between(1, lake::search::kMaxHits),
      Optional("per_document", &T::per_document, "Most hits of one document; default: no bound.")
          .Between(1, lake::search::kMaxHits),
      Optional("filter", &T::filter,
               "SQL condition on the columns of the dataset: only rows for which it is true are found.")
          .Between(1, 65'536),
      Optional("doc_ids", &T::doc_ids, "Only these documents are found.")
          .Between(0, lake::search::kMaxDocuments),
      Optional(
          "ef_search", &T::ef_search,
          "Instead of that of the index: more finds more and takes longer. Indexes that are scanned quickly "
          "are walked only when it is given.")
          .Between(10, 200),
      Optional("exact", &T::exact, "Compare with every permitted chunk."),
      Optional(
          "rerank", &T::rerank,
          "Let a model read the best candidates together with the query, and order them by what it says; "
          "{} asks the default one.")};
};
template <>
struct lake::Describe<lake::gateway::wire::HitScores> {
  using T = lake::gateway::wire::HitScores;
  static constexpr std::string_view kName = "HitScores";
  static constexpr auto kFields =
      std::tuple{Optional("vector", &T::vector, "Cosine of the angle between question and chunk."),
                 Optional("text", &T::text, "BM25 of the words that both have."),
                 Optional("rerank", &T::rerank, "The reranker's, on a scale of its own.")};
};
template <>
struct lake::Describe<lake::gateway::wire::SearchHit> {
  using T = lake::gateway::wire::SearchHit;
  static constexpr std::string_view kName = "SearchHit";
  static constexpr auto kFields = std::tuple{
      Required("doc_id", &T::doc_id, "Value of the id column."),
      Required("source", &T::source, "Dataset the text is from."),
      Required("chunk", &T::chunk, "Number of the chunk in its document, from 0."),
      Required("text", &T::text, "The chunk."),
      Required("start", &T::start, "Where it begins in the document's text, in Unicode code points."),
      Required("end", &T::end, "One past its last code point."),
      Required("score", &T::score, "What hits are ordered by, descending."),
      Required("scores", &T::scores, "By stage.")};
};
template <>
struct lake::Describe<lake::gateway::wire::SearchResult> {
  using T = lake::gateway::wire::SearchResult;
  static constexpr std::string_view kName = "SearchResult";
  static constexpr auto kFields = std::tuple{
      Required("index_name", &T::index_name, "The index."),
      Required("hits", &T::hits, "The best first."),
      Required("exact", &T::exact, "Proven to be the nearest; else what the graph found."),
      Optional("recall_low", &T::recall_low,
               "Of an answer that is not exact: lower end of the 95 % interval of the index's recall."),
      Required("short", &T::short_of_k, "Fewer than k chunks may be found."),
      Required("query_truncated", &T::query_truncated, "The end of the query is more than the model reads."),
      Required("stale", &T::stale, "The dataset has other rows than the index by now."),
      Required("version", &T::version, "Catalog version whose rights and deletions apply."),
      Required("elapsed_ms", &T::elapsed_ms, "Time in the server.")};
};
