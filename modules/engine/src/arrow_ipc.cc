// The Arrow IPC stream format by nanoarrow, from arrays that ArrowExporter makes.
#include <nanoarrow/nanoarrow.hpp>
#include <nanoarrow/nanoarrow_ipc.hpp>

#include "arrow_export.h"
#include "lake/engine/result_stream.h"

namespace lake::engine {
namespace {

Status CheckArrow(ArrowErrorCode code, const ArrowError& error) {
  if (code == NANOARROW_OK) return {};
  return Internal("arrow_failed", "internal error").WithCause(error.message);
}

class NanoarrowIpcWriter final : public ArrowIpcWriter {
 public:
  static Result<std::unique_ptr<ArrowIpcWriter>> Make(const ResultStream& stream) {
    auto writer = std::make_unique<NanoarrowIpcWriter>();
    writer->exporter_ = MakeArrowExporter(stream);
    LAKE_RETURN_IF_ERROR(writer->exporter_->Schema(writer->schema_.get()));
    ArrowError error{};
    LAKE_RETURN_IF_ERROR(
        CheckArrow(ArrowArrayViewInitFromSchema(writer->view_.get(), writer->schema_.get(), &error), error));
    nanoarrow::ipc::UniqueOutputStream output;
    LAKE_RETURN_IF_ERROR(
        CheckArrow(ArrowIpcOutputStreamInitBuffer(output.get(), writer->buffer_.get()), error));
    LAKE_RETURN_IF_ERROR(CheckArrow(ArrowIpcWriterInit(writer->writer_.get(), output.get()), error));
    return std::unique_ptr<ArrowIpcWriter>(std::move(writer));
  }

  Status Schema(std::string* out) override {
    ArrowError error{};
    LAKE_RETURN_IF_ERROR(CheckArrow(ArrowIpcWriterWriteSchema(writer_.get(), schema_.get(), &error), error));
    Drain(out);
    return {};
  }

  Status Append(const Batch& batch, size_t first, size_t count, std::string* out) override {
    nanoarrow::UniqueArray array;
    LAKE_RETURN_IF_ERROR(exporter_->Array(batch, first, count, array.get()));
    ArrowError error{};
    LAKE_RETURN_IF_ERROR(CheckArrow(ArrowArrayViewSetArray(view_.get(), array.get(), &error), error));
    LAKE_RETURN_IF_ERROR(CheckArrow(ArrowIpcWriterWriteArrayView(writer_.get(), view_.get(), &error), error));
    Drain(out);
    return {};
  }

  void End(std::string* out) override {
    // The end of a stream: a continuation marker and an empty message.
    out->append("\xFF\xFF\xFF\xFF\0\0\0\0", 8);
  }

 private:
  void Drain(std::string* out) {
    out->append(reinterpret_cast<const char*>(buffer_->data), static_cast<size_t>(buffer_->size_bytes));
    buffer_->size_bytes = 0;  // Keeps the memory for the next message.
  }

  std::unique_ptr<ArrowExporter> exporter_;
  nanoarrow::UniqueSchema schema_;
  nanoarrow::UniqueArrayView view_;
  nanoarrow::UniqueBuffer buffer_;
  nanoarrow::ipc::UniqueWriter writer_;  // Writes into buffer_.
};

}  // namespace

Result<std::unique_ptr<ArrowIpcWriter>> MakeArrowIpcWriter(const ResultStream& stream) {
  return NanoarrowIpcWriter::Make(stream);
}

}  // namespace lake::engine
