#include "duck_stream.h"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "errors.h"

namespace lake::engine {
namespace {

// Chunks of 2,048 rows are small for a message, so Next() joins what comes without waiting long. 32 chunks
// are 65,536 rows; the byte limit bounds a batch of wide rows, the time limit keeps a slow statement's rows
// coming.
constexpr size_t kMaxChunks = 32;
constexpr size_t kMaxBatchBytes = 8u << 20;
constexpr std::chrono::milliseconds kMaxJoinTime(20);

// How long to look away while other threads have all the work that is left: a little of the time that the
// statement has taken so far.
constexpr std::chrono::microseconds kShortestPause(10);
constexpr std::chrono::microseconds kLongestPause(1000);
constexpr int kPausesInElapsed = 64;

/// Helps with the statement until its first rows are there. DuckDB's own Execute asks for work again and
/// again without a pause, and counts the progress each time: half of a core for nothing while one long task
/// runs.
void RunUntilRows(duckdb::PendingQueryResult& pending) {
  const auto start = std::chrono::steady_clock::now();
  for (;;) {
    const duckdb::PendingExecutionResult state = pending.ExecuteTask();
    if (duckdb::PendingQueryResult::IsResultReady(state)) return;
    if (state == duckdb::PendingExecutionResult::BLOCKED) {
      pending.WaitForTask();
    } else if (state == duckdb::PendingExecutionResult::NO_TASKS_AVAILABLE) {
      const auto elapsed =
          std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - start);
      std::this_thread::sleep_for(std::clamp(elapsed / kPausesInElapsed, kShortestPause, kLongestPause));
    }
  }
}

}  // namespace

DuckBatch::DuckBatch(uint64_t serial, std::vector<duckdb::unique_ptr<duckdb::DataChunk>> chunks)
    : chunks_(std::move(chunks)), serial_(serial) {
  for (const auto& chunk : chunks_) rows_ += chunk->size();
}

DuckStream::DuckStream(duckdb::unique_ptr<duckdb::PendingQueryResult> pending,
                       duckdb::shared_ptr<SessionState> session,
                       duckdb::shared_ptr<duckdb::ClientContext> client)
    : pending_(std::move(pending)),
      session_(std::move(session)),
      types_(pending_->types),
      client_(std::move(client)),
      client_properties_(client_->GetClientProperties()) {
  for (size_t i = 0; i < types_.size(); ++i) columns_.push_back({pending_->names[i], types_[i].ToString()});
}

Status DuckStream::Start() {
  if (!pending_) return {};
  const auto pending = std::exchange(pending_, nullptr);
  try {
    RunUntilRows(*pending);
    if (pending->HasError()) return TranslateError(pending->GetErrorObject(), *session_);
    result_ = pending->Execute();
    if (!result_->HasError()) return {};
    Error error = TranslateError(result_->GetErrorObject(), *session_);
    result_.reset();
    return error;
  } catch (const std::exception& failure) {
    result_.reset();
    return TranslateError(duckdb::ErrorData(failure), *session_);
  }
}

Result<std::unique_ptr<Batch>> DuckStream::Next() {
  const auto start = std::chrono::steady_clock::now();
  std::vector<duckdb::unique_ptr<duckdb::DataChunk>> chunks;
  size_t bytes = 0;
  while (chunks.size() < kMaxChunks && bytes < kMaxBatchBytes) {
    if (!chunks.empty() && std::chrono::steady_clock::now() - start > kMaxJoinTime) break;
    auto chunk = FetchChunk();
    if (!chunk.ok()) return std::move(chunk).error();
    if (!*chunk) break;
    bytes += (*chunk)->GetAllocationSize();
    chunks.push_back(*std::move(chunk));
  }
  if (chunks.empty()) return std::unique_ptr<Batch>();
  return std::unique_ptr<Batch>(new DuckBatch(++batches_, std::move(chunks)));
}

Result<duckdb::unique_ptr<duckdb::DataChunk>> DuckStream::FetchChunk() {
  LAKE_RETURN_IF_ERROR(Start());
  if (!result_) return duckdb::unique_ptr<duckdb::DataChunk>();
  try {
    for (;;) {
      auto chunk = result_->FetchRaw();
      if (result_->HasError()) {
        Error error = TranslateError(result_->GetErrorObject(), *session_);
        result_.reset();
        return error;
      }
      if (chunk && chunk->size() > 0) return chunk;
      if (!chunk || chunk->size() == 0) {
        result_.reset();
        return duckdb::unique_ptr<duckdb::DataChunk>();
      }
    }
  } catch (const std::exception& failure) {
    result_.reset();
    return TranslateError(duckdb::ErrorData(failure), *session_);
  }
}

}  // namespace lake::engine
