#include "permitted_rows.h"

#include <utility>
#include <vector>

#include "lake/engine/rows.h"

namespace lake::search {
namespace {

constexpr size_t kMaxKeptBytes = 64u << 20;
constexpr size_t kEntryBytes = 512;  // Besides the bits.

size_t BytesOf(const std::string& key, const ann::RowSet& rows) {
  return kEntryBytes + 2 * key.size() + rows.rows() / 8;
}

/// Of the last transaction that touched the dataset's rows or what is known of them.
uint64_t LastChange(const catalog::Dataset& dataset) {
  return dataset.changes.empty() ? 0 : dataset.changes.back().version.number;
}

/// Everything that the answer depends on.
std::string KeyOf(const Scope& scope) {
  return fmt::format("{}\n{}\n{}\n{}\n{}\n{}", scope.index.generation().id, scope.dataset.id.value(),
                     LastChange(scope.dataset), scope.id_column.field_id, scope.decision.Fingerprint(),
                     scope.filter);
}

/// Conditions are the caller's own text; what the engine says of them is for the caller.
Error AboutFilter(const Error& error) {
  if (!error.Is(ErrorCode::kInvalidArgument)) return error;
  return InvalidArgument("bad_filter", "{}", error.message()).WithDetail("/filter", error.message());
}

}  // namespace

Result<PermittedRows::Rows> PermittedRows::Find(const Scope& scope) {
  // Nothing was added to, taken from or said of the dataset since the index read it, and this caller sees
  // all.
  const bool everything = scope.filter.empty() && scope.decision.row_filter().empty() &&
                          LastChange(scope.dataset) <= scope.index.generation().dataset_version;
  if (everything) return Rows();
  const std::string key = KeyOf(scope);
  if (Rows kept = Kept(key)) return kept;
  Result<Rows> asked = Ask(scope);
  if (!asked.ok()) return scope.filter.empty() ? asked.error() : AboutFilter(asked.error());
  Keep(key, *asked);
  return asked;
}

Result<PermittedRows::Rows> PermittedRows::Ask(const Scope& scope) {
  query::QueryRequest query;
  query.sql =
      fmt::format("SELECT DISTINCT CAST({} AS VARCHAR) AS doc_id FROM {}",
                  engine::QuoteIdentifier(scope.id_column.name), engine::QuoteIdentifier(scope.dataset.name));
  query.condition = scope.filter;
  LAKE_ASSIGN_OR_RETURN(const std::unique_ptr<query::RunningQuery> running,
                        queries_.Start(scope.request, std::move(query)));
  std::vector<std::string> doc_ids;
  const Status read = engine::ForEachRow(running->rows(), [&](std::span<const engine::Cell> row) {
    if (const auto* doc_id = std::get_if<std::string_view>(&row[0])) doc_ids.emplace_back(*doc_id);
    return Status();
  });
  running->EndRun();
  running->Conclude({.rows = doc_ids.size(), .error = read.ok() ? "" : read.error().reason()});
  LAKE_RETURN_IF_ERROR(Status(read));
  LAKE_ASSIGN_OR_RETURN(ann::RowSet rows, scope.index.RowsOf(scope.request.context, doc_ids));
  return Rows(std::make_shared<const ann::RowSet>(std::move(rows)));
}

PermittedRows::Rows PermittedRows::Kept(const std::string& key) {
  MutexLock lock(mutex_);
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return nullptr;
  kept_.splice(kept_.begin(), kept_, found->second);
  return found->second->rows;
}

void PermittedRows::Keep(const std::string& key, Rows rows) {
  MutexLock lock(mutex_);
  if (by_key_.contains(key)) return;
  bytes_ += BytesOf(key, *rows);
  kept_.push_front({.key = key, .rows = std::move(rows)});
  by_key_[key] = kept_.begin();
  while (bytes_ > kMaxKeptBytes && kept_.size() > 1) {
    bytes_ -= BytesOf(kept_.back().key, *kept_.back().rows);
    by_key_.erase(kept_.back().key);
    kept_.pop_back();
  }
}

}  // namespace lake::search
