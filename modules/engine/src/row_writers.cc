#include "duckdb_prelude.h"

#include <algorithm>

#include "duck_stream.h"
#include "lake/engine/result_stream.h"
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

class JsonArrayWriter final : public RowWriter {
 public:
  explicit JsonArrayWriter(const DuckStream& stream) : columns_(stream) {}

  void Append(const Batch& batch, size_t first, size_t count, std::string* out) override {
    columns_.ForRows(AsDuckBatch(batch), first, count, [&](size_t row) {
      if (!first_row_) out->push_back(',');
      first_row_ = false;
      out->push_back('[');
      for (size_t i = 0; i < columns_.size(); ++i) {
        if (i > 0) out->push_back(',');
        columns_[i].AppendJsonOrNull(row, out);
      }
      out->push_back(']');
    });
  }

 private:
  BoundColumns columns_;
  bool first_row_ = true;
};

class NdjsonWriter final : public RowWriter {
 public:
  explicit NdjsonWriter(const DuckStream& stream) : columns_(stream) {
    for (const ResultColumn& column : stream.columns()) {
      std::string& key = keys_.emplace_back(keys_.empty() ? "{" : ",");
      AppendJsonText(column.name, &key);
      key.push_back(':');
    }
  }

  void Append(const Batch& batch, size_t first, size_t count, std::string* out) override {
    columns_.ForRows(AsDuckBatch(batch), first, count, [&](size_t row) {
      for (size_t i = 0; i < columns_.size(); ++i) {
        *out += keys_[i];
        columns_[i].AppendJsonOrNull(row, out);
      }
      *out += "}\n";
    });
  }

 private:
  BoundColumns columns_;
  std::vector<std::string> keys_;
};

class CsvWriter final : public RowWriter {
 public:
  explicit CsvWriter(const DuckStream& stream) : columns_(stream) {}

  void Append(const Batch& batch, size_t first, size_t count, std::string* out) override {
    columns_.ForRows(AsDuckBatch(batch), first, count, [&](size_t row) {
      for (size_t i = 0; i < columns_.size(); ++i) {
        if (i > 0) out->push_back(',');
        if (columns_[i].IsNull(row)) continue;
        text_.clear();
        columns_[i].AppendPlain(row, &text_);
        AppendCsvText(text_, out);
      }
      *out += "\r\n";
    });
  }

 private:
  BoundColumns columns_;
  std::string text_;  // Reused: one allocation for all rows.
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
  std::string line;
  for (const ResultColumn& column : stream.columns()) {
    if (!line.empty()) line.push_back(',');
    AppendCsvText(column.name, &line);
  }
  return line + "\r\n";
}

}  // namespace lake::engine
