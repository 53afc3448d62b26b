#include "search_audit.h"

#include <utility>

namespace lake::search {
namespace {

std::string StatementOf(const SearchRequest& wanted) {
  const std::string what = wanted.query.empty() ? "a vector" : fmt::format("'{}'", wanted.query);
  std::string statement = fmt::format("search {} for {}", wanted.index_name, what);
  if (!wanted.filter.empty()) statement += fmt::format(" where {}", wanted.filter);
  return statement;
}

}  // namespace

SearchAudit::SearchAudit(const SearchParts& parts, const access::Request& request,
                         const SearchRequest& wanted)
    : log_(parts.audit) {
  const Timestamp now = parts.clock.Now();
  record_ = {.id = parts.random.NextUuid(now.micros / 1000),
             .time = now,
             .caller = request.caller.name,
             .role = request.caller.role,
             .operation = "search",
             .statement = StatementOf(wanted),
             .tables = {},
             .decision = access::AuditDecision::kAllowed,
             .error = {},
             .rows = {},
             .elapsed_ms = {}};
}

void SearchAudit::Reads(const access::Request& request, const catalog::Dataset& dataset,
                        const access::Decision& decision) {
  access::AuditedTable table = {.dataset = dataset.name,
                                .version = request.snapshot->version().number,
                                .rules = {},
                                .rows_filtered = !decision.row_filter().empty()};
  for (const access::ColumnDecision& column : decision.columns())
    if (!column.clear())
      table.rules.emplace(column.column.name, std::string(access::NameOfRule(column.rule)));
  record_.tables.push_back(std::move(table));
}

Result<SearchAnswer> SearchAudit::Conclude(Result<SearchAnswer> answer) {
  if (answer.ok()) answer->tables = record_.tables;
  if (!answer.ok()) {
    const Error& why = answer.error();
    const bool denied = why.Is(ErrorCode::kPermissionDenied) || why.Is(ErrorCode::kUnauthenticated);
    record_.decision = denied ? access::AuditDecision::kDenied : access::AuditDecision::kRefused;
    record_.error = why.reason();
  }
  LAKE_RETURN_IF_ERROR(log_.Begin(record_).get());
  log_.End(
      {.id = record_.id,
       .time = record_.time,
       .rows = answer.ok() ? answer->hits.size() : 0,
       .elapsed_ms =
           std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - started_).count(),
       .error = answer.ok() ? std::nullopt : std::optional(answer.error().reason())});
  return answer;
}

}  // namespace lake::search
