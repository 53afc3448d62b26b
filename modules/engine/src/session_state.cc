#include "session_state.h"

#include <fmt/format.h>

#include <charconv>

#include "duckdb/main/client_config.hpp"

namespace lake::engine {
namespace {

constexpr std::string_view kScanPrefix = "lake://scan/";
constexpr std::string_view kValuesPrefix = "lake_values_";
constexpr std::string_view kTablePrefix = "lake_table_";

std::optional<size_t> NumberAfter(std::string_view prefix, std::string_view text) {
  if (!text.starts_with(prefix)) return std::nullopt;
  text.remove_prefix(prefix.size());
  if (text.size() > 1 && text.front() == '0') return std::nullopt;  // One name for one thing.
  size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

bool IsPlainPathByte(char byte) {
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
         byte == '.' || byte == '_' || byte == '-' || byte == '/';
}

}  // namespace

std::string EnginePathOf(const ScanFile& file) {
  std::string path = "lake://file/";
  for (const char byte : file.path) {
    if (IsPlainPathByte(byte))
      path.push_back(byte);
    else
      fmt::format_to(std::back_inserter(path), "%{:02X}", static_cast<unsigned char>(byte));
  }
  return path;
}

SessionState::SessionState(Context context, ReadSet read_set)
    : context_(std::move(context)), read_set_(std::move(read_set)) {
  for (const auto& scan : read_set_.scans())
    for (const ScanFile& file : scan) files_.emplace(EnginePathOf(file), &file);
}

duckdb::shared_ptr<SessionState> SessionState::Of(duckdb::ClientContext& context) {
  return context.registered_state->Get<SessionState>(kName);
}

void SessionState::StartStatement(StatementTrust trust) {
  trust_.store(trust);
  MutexLock lock(mutex_);
  failure_.reset();
}

const ScanFile* SessionState::FindFile(std::string_view engine_path) const {
  const auto found = files_.find(std::string(engine_path));
  return found == files_.end() ? nullptr : found->second;
}

const std::vector<ScanFile>* SessionState::FindScan(std::string_view engine_path) const {
  const auto index = NumberAfter(kScanPrefix, engine_path);
  return index && *index < read_set_.scans().size() ? &read_set_.scans()[*index] : nullptr;
}

std::shared_ptr<const std::vector<std::string>> SessionState::FindValues(std::string_view table_name) const {
  const auto index = NumberAfter(kValuesPrefix, table_name);
  return index && *index < read_set_.values().size() ? read_set_.values()[*index] : nullptr;
}

std::shared_ptr<const MemoryTable> SessionState::FindTable(std::string_view table_name) const {
  const auto index = NumberAfter(kTablePrefix, table_name);
  return index && *index < read_set_.tables().size() ? read_set_.tables()[*index] : nullptr;
}

Result<std::shared_ptr<storage::ObjectReader>> SessionState::Reader(const ScanFile& file) {
  {
    MutexLock lock(mutex_);
    if (const auto found = reader_of_.find(file.path); found != reader_of_.end()) {
      readers_.splice(readers_.begin(), readers_, found->second);
      return readers_.front().reader;
    }
  }
  LAKE_ASSIGN_OR_RETURN(std::shared_ptr<storage::ObjectReader> reader, file.store->Open(context_, file.key));
  MutexLock lock(mutex_);
  if (const auto found = reader_of_.find(file.path); found != reader_of_.end()) return found->second->reader;
  readers_.push_front({file.path, reader});
  reader_of_.emplace(readers_.front().path, readers_.begin());
  if (readers_.size() > kMaxOpenReaders) {
    reader_of_.erase(readers_.back().path);
    readers_.pop_back();
  }
  return reader;
}

void SessionState::SetOutput(std::shared_ptr<OutputFile> output) {
  MutexLock lock(mutex_);
  output_ = std::move(output);
}

std::shared_ptr<OutputFile> SessionState::FindOutput(std::string_view engine_path) const {
  MutexLock lock(mutex_);
  return engine_path == OutputFile::kEnginePath ? output_ : nullptr;
}

void SessionState::RecordFailure(Error error) {
  MutexLock lock(mutex_);
  if (!failure_) failure_ = std::move(error);
}

std::optional<Error> SessionState::failure() const {
  MutexLock lock(mutex_);
  return failure_;
}

void SessionState::KeepWorkerFailure(duckdb::ErrorData failure) {
  MutexLock lock(mutex_);
  worker_failure_ = std::move(failure);
}

std::optional<duckdb::ErrorData> SessionState::worker_failure() const {
  MutexLock lock(mutex_);
  return worker_failure_;
}

void SessionState::QueryBegin(duckdb::ClientContext& context) {
  {
    MutexLock lock(mutex_);
    worker_failure_.reset();  // Only now is the statement before this one cleaned up.
  }
  // PRAGMA disable_optimizer works in spite of the locked configuration and would skip the plan guard.
  duckdb::ClientConfig::GetConfig(context).enable_optimizer = true;
  // A cancel that came before the statement began has been cleared with the interrupt flag; raise it again.
  if (!context_.CheckAlive().ok()) context.Interrupt();
}

}  // namespace lake::engine
