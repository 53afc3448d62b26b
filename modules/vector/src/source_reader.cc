#include "source_reader.h"

#include <algorithm>
#include <utility>

#include "lake/engine/rows.h"
#include "lake/tables/relation.h"
#include "token_chunks.h"

namespace lake::vector {
namespace {

/// A part repeats after a crash, so it is some seconds of work of one machine.
constexpr size_t kPortionChunks = 1024;
constexpr size_t kPortionBytes = 16u << 20;  // Of text.

Result<std::string> ColumnName(const std::vector<catalog::Column>& columns, int32_t field_id) {
  const auto column = std::ranges::find(columns, field_id, &catalog::Column::field_id);
  if (column == columns.end())
    return FailedPrecondition("source_changed", "a column of the index is not in its dataset any more");
  return column->name;
}

}  // namespace

SourceReader::SourceReader(engine::Engine& engine, models::Embedder& embedder, engine::ReadSet read_set,
                           std::string rows, ChunkSettings chunk)
    : engine_(engine),
      embedder_(embedder),
      read_set_(std::move(read_set)),
      rows_(std::move(rows)),
      chunk_(chunk) {}

Result<SourceReader> SourceReader::Make(const catalog::Snapshot& snapshot,
                                        const storage::BucketRegistry& buckets, engine::Engine& engine,
                                        models::Embedder& embedder, const IndexJob& job) {
  const std::shared_ptr<const catalog::Dataset> dataset =
      snapshot.FindDataset(catalog::DatasetId(job.source));
  if (dataset == nullptr || dataset->dropped)
    return NotFound("dataset_not_found", "the dataset of index '{}' is gone", job.index_name);
  engine::ReadSet read_set;
  LAKE_ASSIGN_OR_RETURN(
      const tables::Relation relation,
      tables::CompileRelation(buckets, *dataset, catalog::Version{job.dataset_version}, read_set));
  LAKE_ASSIGN_OR_RETURN(const std::string id, ColumnName(relation.columns, job.id_field_id));
  LAKE_ASSIGN_OR_RETURN(const std::string text, ColumnName(relation.columns, job.text_field_id));
  std::string rows = fmt::format("SELECT CAST({} AS VARCHAR) AS doc_id, {} AS text FROM ({}) AS lake_source",
                                 engine::QuoteIdentifier(id), engine::QuoteIdentifier(text), relation.select);
  return SourceReader(engine, embedder, std::move(read_set), std::move(rows), job.chunk);
}

Status SourceReader::Select(const Context& context, std::string_view trusted_sql,
                            const std::function<Status(std::span<const engine::Cell>)>& take) const {
  return engine::ForEachRowOf(engine_, context, read_set_, trusted_sql, take);
}

Result<std::vector<Chunk>> SourceReader::ChunksOf(const Context& context, std::string_view text) const {
  if (chunk_.unit == ChunkUnit::kWords) return ChunkText(text, chunk_);
  return ChunkByTokens(
      text, chunk_, [&](std::span<const std::string> texts) -> Result<std::vector<uint32_t>> {
        LAKE_ASSIGN_OR_RETURN(models::TokenCounts counts, embedder_.CountTokens(context, texts));
        return std::move(counts.tokens);
      });
}

Result<SourceCounts> SourceReader::Count(const Context& context) {
  SourceCounts counts;
  int64_t ids = 0;
  LAKE_RETURN_IF_ERROR(
      Select(context, fmt::format("SELECT count(*), count(doc_id), count(DISTINCT doc_id) FROM ({})", rows_),
             [&](std::span<const engine::Cell> row) {
               counts.rows = static_cast<uint64_t>(engine::IntegerOf(row[1]));
               counts.without_id = static_cast<uint64_t>(engine::IntegerOf(row[0])) - counts.rows;
               ids = engine::IntegerOf(row[2]);
               return Status();
             }));
  if (static_cast<uint64_t>(ids) == counts.rows) return counts;
  std::string example;
  const std::string repeated = fmt::format(
      "SELECT doc_id FROM ({}) WHERE doc_id IS NOT NULL GROUP BY doc_id HAVING count(*) > 1 ORDER BY 1 LIMIT "
      "1",
      rows_);
  LAKE_RETURN_IF_ERROR(Select(context, repeated, [&](std::span<const engine::Cell> row) {
    example = engine::TextOf(row[0]).substr(0, 100);
    return Status();
  }));
  return InvalidArgument("duplicate_ids",
                         "{} rows share an id with another one, for example '{}': a document is one row, so "
                         "the id column must be unique",
                         counts.rows - static_cast<uint64_t>(ids), example);
}

Status SourceReader::Read(const Context& context, const std::function<bool(std::string_view doc_id)>& known,
                          const std::function<bool(Portion)>& take) {
  Portion portion;
  size_t bytes = 0;
  bool wanted = true;
  const std::string with_id = fmt::format("SELECT doc_id, text FROM ({}) WHERE doc_id IS NOT NULL", rows_);
  const Status read = Select(context, with_id, [&](std::span<const engine::Cell> row) -> Status {
    const std::string_view doc_id = engine::TextOf(row[0]);
    const std::string_view text = engine::TextOf(row[1]);
    if (known(doc_id)) return {};
    LAKE_RETURN_IF_ERROR(context.CheckAlive());
    LAKE_ASSIGN_OR_RETURN(std::vector<Chunk> chunks, ChunksOf(context, text));
    ++(chunks.empty() ? portion.wordless : portion.documents);
    const std::string hash = chunks.empty() ? std::string() : HashDocument(text);
    uint32_t number = 0;
    for (Chunk& chunk : chunks) {
      bytes += chunk.text.size();
      portion.chunks.push_back({.doc_id = std::string(doc_id),
                                .number = number++,
                                .document_hash = hash,
                                .chunk = std::move(chunk)});
    }
    if (portion.chunks.size() < kPortionChunks && bytes < kPortionBytes) return {};
    wanted = take(std::exchange(portion, {}));
    bytes = 0;
    return wanted ? Status() : Status(Cancelled("not_wanted", "nobody reads on"));
  });
  if (!read.ok()) return wanted ? read : Status();
  take(std::move(portion));
  return {};
}

}  // namespace lake::vector
