#include "duckdb_prelude.h"

#include <fmt/format.h>

#include <algorithm>

#include "duck_stream.h"
#include "lake/engine/result_stream.h"
#include "unique_names.h"
#include "value_text.h"
#include "value_writer.h"

namespace lake::engine {
namespace {

/// The columns of a stream, bound to one chunk at a time.
class BoundColumns {
 public:
  explicit BoundColumns(const DuckStream& stream) {
    for (const auto& type : stream.types()) writers_.push_back(MakeValueWriter(type));
  }

  size_t size() const { return writers_.size(); }
  const ValueWriter& operator[](size_t column) const { return *writers_[column]; }

  /// Calls `write_row(row)` for rows [first, first + count) of the batch with the columns bound.
  template <class WriteRow>
  void ForRows(const DuckBatch& batch, size_t first, size_t count, WriteRow write_row) {
    size_t chunk_first = 0;
    for (const auto& chunk : batch.chunks()) {
      const size_t begin = std::max(first, chunk_first);
      const size_t end = std::min(first + count, chunk_first + chunk->size());
      if (begin < end) {
        Bind(batch, *chunk);
        for (size_t row = begin; row < end; ++row) write_row(row - chunk_first);
      }
      chunk_first += chunk->size();
    }
  }

 private:
  void Bind(const DuckBatch& batch, duckdb::DataChunk& chunk) {
    // Callers may write row by row; an address alone could be that of a batch long gone.
    if (batch.serial() == bound_batch_ && &chunk == bound_chunk_) return;
    for (size_t i = 0; i < writers_.size(); ++i) writers_[i]->Bind(chunk.data[i], chunk.size());
    bound_batch_ = batch.serial();
    bound_chunk_ = &chunk;
  }

  std::vector<std::unique_ptr<ValueWriter>> writers_;
  uint64_t bound_batch_ = 0;
  const duckdb::DataChunk* bound_chunk_ = nullptr;
};

/// Text of this size still is in the processor's cache when it is copied on.
constexpr size_t kFlushBytes = 64u << 10;

/// Writes rows one by one through a buffer of its own.
class BufferedRowWriter : public RowWriter {
 public:
  explicit BufferedRowWriter(const DuckStream& stream) : columns_(stream) {}

  void Append(const Batch& batch, size_t first, size_t count, std::string* out) final {
    columns_.ForRows(AsDuckBatch(batch), first, count, [&](size_t row) {
      AppendRow(columns_, row, &buffer_);
      if (buffer_.size() >= kFlushBytes) buffer_.MoveTo(out);
    });
    buffer_.MoveTo(out);
  }

 private:
  virtual void AppendRow(const BoundColumns& columns, size_t row, TextBuffer* out) = 0;

  BoundColumns columns_;
  TextBuffer buffer_;
};

class JsonArrayWriter final : public BufferedRowWriter {
 public:
  using BufferedRowWriter::BufferedRowWriter;

 private:
  void AppendRow(const BoundColumns& columns, size_t row, TextBuffer* out) override {
    out->Append(first_row_ ? "[" : ",[");
    first_row_ = false;
    for (size_t i = 0; i < columns.size(); ++i) {
      if (i > 0) out->Push(',');
      columns[i].AppendJsonOrNull(row, out);
    }
    out->Push(']');
  }

  bool first_row_ = true;
};

class NdjsonWriter final : public BufferedRowWriter {
 public:
  explicit NdjsonWriter(const DuckStream& stream) : BufferedRowWriter(stream) {
    TextBuffer key;
    for (const std::string& name : UniqueNames(stream)) {
      key.Push(keys_.empty() ? '{' : ',');
      AppendJsonText(name, &key);
      key.Push(':');
      key.MoveTo(&keys_.emplace_back());
    }
  }

 private:
  void AppendRow(const BoundColumns& columns, size_t row, TextBuffer* out) override {
    for (size_t i = 0; i < columns.size(); ++i) {
      out->Append(keys_[i]);
      columns[i].AppendJsonOrNull(row, out);
    }
    out->Append("}\n");
  }

  std::vector<std::string> keys_;
};

class CsvWriter final : public BufferedRowWriter {
 public:
  using BufferedRowWriter::BufferedRowWriter;

 private:
  void AppendRow(const BoundColumns& columns, size_t row, TextBuffer* out) override {
    for (size_t i = 0; i < columns.size(); ++i) {
      if (i > 0) out->Push(',');
      if (!columns[i].IsNull(row)) columns[i].AppendCsv(row, out);
    }
    out->Append("\r\n");
  }
};

}  // namespace

std::unique_ptr<RowWriter> MakeJsonArrayWriter(const ResultStream& stream) {
  return std::make_unique<JsonArrayWriter>(AsDuckStream(stream));
}

std::unique_ptr<RowWriter> MakeNdjsonWriter(const ResultStream& stream) {
  return std::make_unique<NdjsonWriter>(AsDuckStream(stream));
}

std::unique_ptr<RowWriter> MakeCsvWriter(const ResultStream& stream) {
  return std::make_unique<CsvWriter>(AsDuckStream(stream));
}

std::string CsvHeader(const ResultStream& stream) {
  TextBuffer line;
  for (const ResultColumn& column : stream.columns()) {
    if (line.size() > 0) line.Push(',');
    AppendCsvText(column.name, &line);
  }
  line.Append("\r\n");
  return std::string(line.text());
}

}  // namespace lake::engine
