#include "part_store.h"

#include <array>
#include <cstring>
#include <utility>

#include "lake/common/digest.h"
#include "lake/engine/rows.h"

namespace lake::vector {
namespace {

using engine::Cell;
using engine::CellType;

/// The file's columns with their field ids.
const std::vector<engine::ParquetColumn>& Columns() {
  static const std::vector<engine::ParquetColumn> columns = {
      {"doc_id", 1},        {"chunk", 2}, {"start", 3}, {"end", 4},
      {"document_hash", 5}, {"text", 6},  {"vector", 7}};
  return columns;
}

std::shared_ptr<const engine::MemoryTable> AsTable(const Part& part) {
  auto table = std::make_shared<engine::MemoryTable>(
      std::vector<engine::TableColumn>{{"doc_id", CellType::kVarchar},
                                       {"chunk", CellType::kBigint},
                                       {"start", CellType::kBigint},
                                       {"end", CellType::kBigint},
                                       {"document_hash", CellType::kVarchar},
                                       {"text", CellType::kVarchar},
                                       {"vector", CellType::kBlob}});
  const size_t dimensions = part.chunks.empty() ? 0 : part.vectors.size() / part.chunks.size();
  for (size_t i = 0; i < part.chunks.size(); ++i) {
    const DocumentChunk& chunk = part.chunks[i];
    const auto* bytes = reinterpret_cast<const char*>(part.vectors.data() + i * dimensions);
    const std::array<Cell, 7> row = {std::string_view(chunk.doc_id),
                                     static_cast<int64_t>(chunk.number),
                                     static_cast<int64_t>(chunk.chunk.start),
                                     static_cast<int64_t>(chunk.chunk.end),
                                     std::string_view(chunk.document_hash),
                                     std::string_view(chunk.chunk.text),
                                     std::string_view(bytes, dimensions * sizeof(float))};
    table->AppendRow(row);
  }
  return table;
}

uint32_t NumberOf(const Cell& cell) { return static_cast<uint32_t>(engine::IntegerOf(cell)); }

}  // namespace

std::string HashDocument(std::string_view text) { return Sha256Hex(text).substr(0, 32); }

std::string PartKey(std::string_view prefix, size_t number) {
  return fmt::format("{}part-{:06}.parquet", prefix, number);
}

PartStore::PartStore(engine::Engine& engine, std::string bucket, std::shared_ptr<storage::ObjectStore> store,
                     std::string prefix)
    : engine_(engine), bucket_(std::move(bucket)), store_(std::move(store)), prefix_(std::move(prefix)) {}

Result<storage::ObjectKey> PartStore::KeyOf(size_t number) const {
  return storage::ObjectKey::Parse(PartKey(prefix_, number));
}

Status PartStore::Load(const Context& context) {
  files_.clear();
  while (true) {
    LAKE_ASSIGN_OR_RETURN(storage::ObjectKey key, KeyOf(files_.size()));
    Result<storage::ObjectInfo> info = store_->Head(context, key);
    if (!info.ok() && info.error().Is(ErrorCode::kNotFound)) return {};
    if (!info.ok()) return std::move(info).error();
    files_.push_back({.path = bucket_ + "/" + key.text(), .store = store_, .key = key, .bytes = info->size});
  }
}

Status PartStore::Append(const Context& context, const Part& part) {
  engine::ReadSet read_set;
  const std::string table = read_set.AddTable(AsTable(part));
  return AppendRows(
      context, std::move(read_set),
      fmt::format(
          "SELECT doc_id, chunk::INTEGER AS chunk, start::INTEGER AS start, \"end\"::INTEGER AS \"end\", "
          "document_hash, text, vector FROM {}",
          engine::QuoteIdentifier(table)));
}

Status PartStore::AppendRows(const Context& context, engine::ReadSet read_set, std::string_view trusted_sql) {
  LAKE_ASSIGN_OR_RETURN(storage::ObjectKey key, KeyOf(files_.size()));
  LAKE_ASSIGN_OR_RETURN(const std::unique_ptr<engine::Session> session,
                        engine_.StartSession(context, std::move(read_set)));
  LAKE_ASSIGN_OR_RETURN(
      const engine::WrittenFile written,
      session->WriteParquet(trusted_sql, {.store = store_, .key = key, .columns = Columns()}));
  if (written.rows == 0) return store_->Delete(context, key);
  files_.push_back({.path = bucket_ + "/" + key.text(),
                    .store = store_,
                    .key = key,
                    .bytes = written.bytes,
                    .rows = written.rows});
  return {};
}

std::string PartStore::AddTo(engine::ReadSet* read_set) const {
  return fmt::format("read_parquet({})", engine::QuoteText(read_set->AddScan(files_)));
}

Status PartStore::Select(const Context& context, std::string_view columns, std::string_view rest,
                         const std::function<Status(std::span<const Cell>)>& take) {
  if (files_.empty()) return {};
  engine::ReadSet read_set;
  const std::string parts = AddTo(&read_set);
  return engine::ForEachRowOf(engine_, context, std::move(read_set),
                              fmt::format("SELECT {} FROM {} {}", columns, parts, rest), take);
}

Result<uint64_t> PartStore::CountRows(const Context& context) {
  uint64_t count = 0;
  LAKE_RETURN_IF_ERROR(Select(context, "count(*)", "", [&](std::span<const Cell> row) {
    count = static_cast<uint64_t>(engine::IntegerOf(row[0]));
    return Status();
  }));
  return count;
}

Status PartStore::ForEachDocument(const Context& context, const std::function<void(std::string_view)>& take) {
  return Select(context, "doc_id", "WHERE chunk = 0", [&](std::span<const Cell> row) {
    take(engine::TextOf(row[0]));
    return Status();
  });
}

Status PartStore::ForEachRow(const Context& context, uint32_t dimensions,
                             const std::function<Status(const PartRow&)>& take) {
  constexpr std::string_view kColumns = "doc_id, chunk, start, \"end\", text, vector";
  std::vector<float> vector(dimensions);
  return Select(context, kColumns, "ORDER BY doc_id, chunk", [&](std::span<const Cell> row) -> Status {
    const std::string_view bytes = engine::TextOf(row[5]);
    if (bytes.size() != dimensions * sizeof(float))
      return DataLoss("part_damaged", "a vector of {} bytes where {} are expected", bytes.size(),
                      dimensions * sizeof(float));
    std::memcpy(vector.data(), bytes.data(), bytes.size());
    return take({.doc_id = engine::TextOf(row[0]),
                 .number = NumberOf(row[1]),
                 .start = NumberOf(row[2]),
                 .end = NumberOf(row[3]),
                 .text = engine::TextOf(row[4]),
                 .vector = vector});
  });
}

}  // namespace lake::vector
