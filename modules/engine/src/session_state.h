// SessionState: what one connection may open, and what went wrong below the engine. DuckDB carries it in the
// client context, so every file system call finds the caller it works for.
#pragma once

#include "duckdb_prelude.h"

#include <atomic>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "duckdb/common/error_data.hpp"
#include "duckdb/main/client_context_state.hpp"
#include "lake/common/context.h"
#include "lake/common/mutex.h"
#include "lake/engine/read_set.h"
#include "output_file.h"

namespace lake::engine {

/// "lake://file/<path>" with everything but letters, digits and "._-/" percent-encoded: the engine reads
/// meaning into some characters of a path (globs, "key=value" directories).
std::string EnginePathOf(const ScanFile& file);

/// User statements may not call functions that act on the whole instance; trusted ones may.
enum class StatementTrust { kUser, kTrusted };

class SessionState final : public duckdb::ClientContextState {
 public:
  static constexpr const char* kName = "lake_session";

  SessionState(Context context, ReadSet read_set);

  /// The state of the connection that a file system call or a function works for; null for the engine's own.
  static duckdb::shared_ptr<SessionState> Of(duckdb::ClientContext& context);

  const Context& context() const { return context_; }
  const ReadSet& read_set() const { return read_set_; }

  StatementTrust trust() const { return trust_.load(); }
  /// Called before each statement: forgets the failures of the one before.
  void StartStatement(StatementTrust trust);

  /// The file of an engine path; null when the read set does not name it.
  const ScanFile* FindFile(std::string_view engine_path) const;
  /// The files of "lake://scan/<n>"; null when there is no such scan.
  const std::vector<ScanFile>* FindScan(std::string_view engine_path) const;
  /// The values of "lake_values_<n>"; null when there are none.
  std::shared_ptr<const std::vector<std::string>> FindValues(std::string_view table_name) const;
  /// The rows of "lake_table_<n>"; null when there are none.
  std::shared_ptr<const MemoryTable> FindTable(std::string_view table_name) const;
  const std::shared_ptr<const std::string>& hash_key() const { return read_set_.hash_key(); }
  /// Readers are shared by the many opens of one statement; at most kMaxOpenReaders stay open.
  Result<std::shared_ptr<storage::ObjectReader>> Reader(const ScanFile& file);

  /// The one file this connection may write, while it writes one.
  void SetOutput(std::shared_ptr<OutputFile> output);
  std::shared_ptr<OutputFile> FindOutput(std::string_view engine_path) const;

  /// Keeps the first failure of a statement in full; what passes through the engine is only its text.
  void RecordFailure(Error error);
  std::optional<Error> failure() const;
  /// What a worker thread of the newest statement failed with; DuckDB's own error may only say that the
  /// statement was interrupted.
  void KeepWorkerFailure(duckdb::ErrorData failure);
  std::optional<duckdb::ErrorData> worker_failure() const;

  void QueryBegin(duckdb::ClientContext& context) override;

 private:
  /// Two cores read a handful of files at a time; a scan of thousands must not hold thousands of descriptors.
  static constexpr size_t kMaxOpenReaders = 64;
  struct OpenReader {
    std::string path;
    std::shared_ptr<storage::ObjectReader> reader;
  };

  const Context context_;
  const ReadSet read_set_;
  std::unordered_map<std::string, const ScanFile*> files_;  // By engine path; points into read_set_.
  std::atomic<StatementTrust> trust_ = StatementTrust::kUser;

  mutable Mutex mutex_;
  std::list<OpenReader> readers_ LAKE_GUARDED_BY(mutex_);  // Most recently used first.
  std::unordered_map<std::string_view, std::list<OpenReader>::iterator> reader_of_ LAKE_GUARDED_BY(mutex_);
  std::shared_ptr<OutputFile> output_ LAKE_GUARDED_BY(mutex_);
  std::optional<Error> failure_ LAKE_GUARDED_BY(mutex_);
  std::optional<duckdb::ErrorData> worker_failure_ LAKE_GUARDED_BY(mutex_);
};

}  // namespace lake::engine
