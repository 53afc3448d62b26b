// ExportArrowStream: a ResultStream behind the Arrow C stream interface.
#include <nanoarrow/nanoarrow.h>

#include <cerrno>

#include "arrow_export.h"
#include "lake/engine/result_stream.h"

namespace lake::engine {
namespace {

struct StreamState {
  std::unique_ptr<ResultStream> stream;
  std::unique_ptr<ArrowExporter> exporter;
  std::string last_error;

  int Fail(const Error& error) {
    last_error = error.reason() + ": " + error.message();
    return error.Is(ErrorCode::kCancelled) ? ECANCELED : EIO;
  }
};

StreamState& StateOf(ArrowArrayStream* stream) { return *static_cast<StreamState*>(stream->private_data); }

int GetSchema(ArrowArrayStream* stream, ArrowSchema* out) {
  StreamState& state = StateOf(stream);
  const Status status = state.exporter->Schema(out);
  return status.ok() ? 0 : state.Fail(status.error());
}

int GetNext(ArrowArrayStream* stream, ArrowArray* out) {
  StreamState& state = StateOf(stream);
  const auto batch = state.stream->Next();
  if (!batch.ok()) return state.Fail(batch.error());
  out->release = nullptr;  // The end of the stream, unless there is a batch.
  if (!*batch) return 0;
  const Status status = state.exporter->Array(**batch, 0, (*batch)->rows(), out);
  return status.ok() ? 0 : state.Fail(status.error());
}

const char* GetLastError(ArrowArrayStream* stream) {
  const std::string& error = StateOf(stream).last_error;
  return error.empty() ? nullptr : error.c_str();
}

void Release(ArrowArrayStream* stream) {
  delete static_cast<StreamState*>(stream->private_data);
  stream->release = nullptr;
}

}  // namespace

Status ExportArrowStream(std::unique_ptr<ResultStream> stream, ArrowArrayStream* out) {
  auto state = std::make_unique<StreamState>();
  state->exporter = MakeArrowExporter(*stream);
  state->stream = std::move(stream);
  *out = ArrowArrayStream{GetSchema, GetNext, GetLastError, Release, state.release()};
  return {};
}

}  // namespace lake::engine
