#include "query_audit.h"

#include <string>
#include <utility>

namespace lake::query {
QueryAudit::QueryAudit(access::AuditLog& log, access::AuditRecord record)
    : log_(log), record_(std::move(record)) {}

QueryAudit::~QueryAudit() {
  if (state_ == State::kBegun) Write({}, "abandoned");
}

void QueryAudit::Reads(const std::vector<TableRead>& tables) {
  for (const TableRead& table : tables) {
    access::AuditedTable audited = {.dataset = table.name,
                                    .version = table.version.number,
                                    .rules = {},
                                    .rows_filtered = table.decision && !table.decision->row_filter().empty()};
    if (table.decision)
      for (const access::ColumnDecision& column : table.decision->columns())
        if (!column.clear())
          audited.rules.emplace(column.column.name, std::string(access::NameOfRule(column.rule)));
    record_.tables.push_back(std::move(audited));
  }
}

void QueryAudit::Begin() {
  state_ = State::kBegun;
  durable_ = log_.Begin(record_);
}

Status QueryAudit::WaitUntilDurable() { return durable_.get(); }

Error QueryAudit::Refuse(const Error& why) {
  const bool denied = why.Is(ErrorCode::kPermissionDenied) || why.Is(ErrorCode::kUnauthenticated);
  record_.decision = denied ? access::AuditDecision::kDenied : access::AuditDecision::kRefused;
  record_.error = why.reason();
  Status written = log_.Begin(record_).get();
  return written.ok() ? why : std::move(written).error();
}

void QueryAudit::End(uint64_t rows, std::string_view error) { Write(rows, error); }

void QueryAudit::Write(std::optional<uint64_t> rows, std::string_view error) {
  state_ = State::kEnded;
  access::AuditEnd end = {
      .id = record_.id,
      .time = record_.time,
      .rows = rows,
      .elapsed_ms =
          std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - started_).count(),
      .error = {}};
  if (!error.empty()) end.error = std::string(error);
  log_.End(end);
}

}  // namespace lake::query
