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

std::string_view TextOf(const Cell& cell) {
  const auto* text = std::get_if<std::string_view>(&cell);
  return text == nullptr ? std::string_view() : *text;
}
uint32_t NumberOf(const Cell& cell) {
  const auto* number = std::get_if<int64_t>(&cell);
  return number == nullptr ? 0 : static_cast<uint32_t>(*number);
}

}  // namespace

std::string HashDocument(std::string_view text) { return Sha256Hex(text).substr(0, 32); }

PartStore::PartStore(engine::Engine& engine, std::string bucket, std::shared_ptr<storage::ObjectStore> store,
                     std::string prefix)
    : engine_(engine), bucket_(std::move(bucket)), store_(std::move(store)), prefix_(std::move(prefix)) {}

Result<storage::ObjectKey> PartStore::KeyOf(size_t number) const {
  return storage::ObjectKey::Parse(fmt::format("{}part-{:06}.parquet", prefix_, number));
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
  LAKE_ASSIGN_OR_RETURN(storage::ObjectKey key, KeyOf(files_.size()));
  engine::ReadSet read_set;
  const std::string table = read_set.AddTable(AsTable(part));
  LAKE_ASSIGN_OR_RETURN(const std::unique_ptr<engine::Session> session,
                        engine_.StartSession(context, std::move(read_set)));
  const std::string select = fmt::format(
      "SELECT doc_id, chunk::INTEGER AS chunk, start::INTEGER AS start, \"end\"::INTEGER AS \"end\", "
      "document_hash, text, vector FROM {}",
      engine::QuoteIdentifier(table));
  LAKE_ASSIGN_OR_RETURN(const engine::WrittenFile written,
                        session->WriteParquet(select, {.store = store_, .key = key, .columns = Columns()}));
  files_.push_back({.path = bucket_ + "/" + key.text(),
                    .store = store_,
                    .key = key,
                    .bytes = written.bytes,
                    .rows = written.rows});
  return {};
}

Result<uint64_t> PartStore::CountRows(const Context& context) {
  uint64_t count = 0;
  if (files_.empty()) return count;
  engine::ReadSet read_set;
  const std::string path = read_set.AddScan(files_);
  LAKE_ASSIGN_OR_RETURN(const std::unique_ptr<engine::Session> session,
                        engine_.StartSession(context, std::move(read_set)));
  LAKE_ASSIGN_OR_RETURN(
      const std::unique_ptr<engine::ResultStream> rows,
      session->ExecuteTrusted(fmt::format("SELECT count(*) FROM read_parquet({})", engine::QuoteText(path))));
  LAKE_RETURN_IF_ERROR(engine::ForEachRow(*rows, [&](std::span<const Cell> row) {
    count = NumberOf(row[0]);
    return Status();
  }));
  return count;
}

Status PartStore::ForEachDocument(const Context& context, const std::function<void(std::string_view)>& take) {
  if (files_.empty()) return {};
  engine::ReadSet read_set;
  const std::string path = read_set.AddScan(files_);
  LAKE_ASSIGN_OR_RETURN(const std::unique_ptr<engine::Session> session,
                        engine_.StartSession(context, std::move(read_set)));
  LAKE_ASSIGN_OR_RETURN(const std::unique_ptr<engine::ResultStream> rows,
                        session->ExecuteTrusted(fmt::format(
                            "SELECT doc_id FROM read_parquet({}) WHERE chunk = 0", engine::QuoteText(path))));
  return engine::ForEachRow(*rows, [&](std::span<const Cell> row) {
    take(TextOf(row[0]));
    return Status();
  });
}

Status PartStore::ForEachRow(const Context& context, uint32_t dimensions,
                             const std::function<Status(const PartRow&)>& take) {
  if (files_.empty()) return {};
  engine::ReadSet read_set;
  const std::string path = read_set.AddScan(files_);
  LAKE_ASSIGN_OR_RETURN(const std::unique_ptr<engine::Session> session,
                        engine_.StartSession(context, std::move(read_set)));
  LAKE_ASSIGN_OR_RETURN(
      const std::unique_ptr<engine::ResultStream> rows,
      session->ExecuteTrusted(fmt::format(
          "SELECT doc_id, chunk, start, \"end\", text, vector FROM read_parquet({}) ORDER BY doc_id, chunk",
          engine::QuoteText(path))));
  std::vector<float> vector(dimensions);
  return engine::ForEachRow(*rows, [&](std::span<const Cell> row) -> Status {
    const std::string_view bytes = TextOf(row[5]);
    if (bytes.size() != dimensions * sizeof(float))
      return DataLoss("part_damaged", "a vector of {} bytes where {} are expected", bytes.size(),
                      dimensions * sizeof(float));
    std::memcpy(vector.data(), bytes.data(), bytes.size());
    return take({.doc_id = TextOf(row[0]),
                 .number = NumberOf(row[1]),
                 .start = NumberOf(row[2]),
                 .end = NumberOf(row[3]),
                 .text = TextOf(row[4]),
                 .vector = vector});
  });
}

}  // namespace lake::vector
