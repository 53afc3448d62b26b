#include "query_result.h"

#include "lake/common/json_io.h"
#include "lake/engine/parquet_stream.h"

namespace lake::gateway {
namespace {

using engine::Batch;
using engine::ResultStream;

void AppendJsonSummary(const ResultSummary& summary, std::string* out) {
  fmt::format_to(std::back_inserter(*out),
                 ",\"row_count\":{},\"truncated\":{},\"elapsed_ms\":", summary.row_count, summary.truncated);
  AppendJsonNumber(summary.elapsed_ms, out);
  fmt::format_to(std::back_inserter(*out), ",\"version\":{}", summary.version);
}

class JsonEncoder final : public ResultEncoder {
 public:
  explicit JsonEncoder(const ResultStream& rows) : rows_(rows), writer_(engine::MakeJsonArrayWriter(rows)) {}

  Status Begin(std::string* out) override {
    JsonValue columns = JsonValue::MakeArray();
    for (const engine::ResultColumn& column : rows_.columns())
      columns.Append(JsonValue::MakeObject({{"name", column.name}, {"type", column.type}}));
    out->append("{\"columns\":").append(WriteJson(columns)).append(",\"rows\":[");
    return {};
  }
  Status Rows(const Batch& batch, size_t count, std::string* out) override {
    writer_->Append(batch, 0, count, out);
    return {};
  }
  Status End(std::string* out) override {
    out->append("]");
    return {};
  }
  bool Fail(const ResultSummary& summary, const wire::Problem& problem, std::string* out) override {
    out->append("]");
    AppendJsonSummary(summary, out);
    out->append(",\"error\":").append(WriteJson(ToJson(problem))).append("}");
    return true;
  }

 private:
  const ResultStream& rows_;
  const std::unique_ptr<engine::RowWriter> writer_;
};

class NdjsonEncoder final : public ResultEncoder {
 public:
  explicit NdjsonEncoder(const ResultStream& rows) : writer_(engine::MakeNdjsonWriter(rows)) {}

  Status Begin(std::string*) override { return {}; }
  Status Rows(const Batch& batch, size_t count, std::string* out) override {
    writer_->Append(batch, 0, count, out);
    return {};
  }
  Status End(std::string*) override { return {}; }
  bool Fail(const ResultSummary&, const wire::Problem& problem, std::string* out) override {
    out->append("{\"error\":").append(WriteJson(ToJson(problem))).append("}\n");
    return true;
  }

 private:
  const std::unique_ptr<engine::RowWriter> writer_;
};

class CsvEncoder final : public ResultEncoder {
 public:
  explicit CsvEncoder(const ResultStream& rows) : rows_(rows), writer_(engine::MakeCsvWriter(rows)) {}

  Status Begin(std::string* out) override {
    out->append(engine::CsvHeader(rows_));
    return {};
  }
  Status Rows(const Batch& batch, size_t count, std::string* out) override {
    writer_->Append(batch, 0, count, out);
    return {};
  }
  Status End(std::string*) override { return {}; }
  bool Fail(const ResultSummary&, const wire::Problem&, std::string*) override { return false; }

 private:
  const ResultStream& rows_;
  const std::unique_ptr<engine::RowWriter> writer_;
};

class ArrowEncoder final : public ResultEncoder {
 public:
  explicit ArrowEncoder(std::unique_ptr<engine::ArrowIpcWriter> writer) : writer_(std::move(writer)) {}

  Status Begin(std::string* out) override { return writer_->Schema(out); }
  Status Rows(const Batch& batch, size_t count, std::string* out) override {
    return writer_->Append(batch, 0, count, out);
  }
  Status End(std::string* out) override {
    writer_->End(out);
    return {};
  }
  bool Fail(const ResultSummary&, const wire::Problem&, std::string*) override { return false; }

 private:
  const std::unique_ptr<engine::ArrowIpcWriter> writer_;
};

class ParquetEncoder final : public ResultEncoder {
 public:
  explicit ParquetEncoder(std::unique_ptr<engine::ParquetStreamWriter> writer) : writer_(std::move(writer)) {}

  Status Begin(std::string* out) override { return writer_->Begin(out); }
  Status Rows(const Batch& batch, size_t count, std::string* out) override {
    return writer_->Append(batch, count, out);
  }
  Status End(std::string* out) override { return writer_->End(out); }
  bool Fail(const ResultSummary&, const wire::Problem&, std::string*) override { return false; }

 private:
  const std::unique_ptr<engine::ParquetStreamWriter> writer_;
};

}  // namespace

void AppendSummary(ResultFormat format, const ResultSummary& summary, std::string* out) {
  if (format != ResultFormat::kJson) return;  // Trailers tell.
  AppendJsonSummary(summary, out);
  out->append("}");
}

Result<std::unique_ptr<ResultEncoder>> MakeResultEncoder(ResultFormat format, const ResultStream& rows) {
  switch (format) {
    case ResultFormat::kJson:
      return std::make_unique<JsonEncoder>(rows);
    case ResultFormat::kNdjson:
      return std::make_unique<NdjsonEncoder>(rows);
    case ResultFormat::kCsv:
      return std::make_unique<CsvEncoder>(rows);
    case ResultFormat::kArrow: {
      LAKE_ASSIGN_OR_RETURN(auto writer, engine::MakeArrowIpcWriter(rows));
      return std::make_unique<ArrowEncoder>(std::move(writer));
    }
    case ResultFormat::kParquet: {
      LAKE_ASSIGN_OR_RETURN(auto writer, engine::MakeParquetStreamWriter(rows));
      return std::make_unique<ParquetEncoder>(std::move(writer));
    }
  }
  return Internal("bad_result_format", "no such result format");
}

}  // namespace lake::gateway
