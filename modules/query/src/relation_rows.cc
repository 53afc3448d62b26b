#include "lake/query/relation_provider.h"

namespace lake::query {
namespace {

/// Looking at the clock for every row would take longer than the row.
constexpr size_t kRowsBetweenChecks = 1024;

}  // namespace

RelationRows::RelationRows(const Context& context, std::string_view name,
                           std::vector<engine::TableColumn> columns)
    : context_(context), name_(name), table_(std::make_shared<engine::MemoryTable>(std::move(columns))) {}

Status RelationRows::Add(std::span<const engine::Cell> row) {
  if (table_->rows() % kRowsBetweenChecks == 0) LAKE_RETURN_IF_ERROR(context_.CheckAlive());
  if (table_->rows() >= kMaxRelationRows || table_->bytes() >= kMaxRelationBytes)
    return ResourceExhausted("system_table_too_large", "system.{} has more than {} rows or {} MiB here",
                             name_, kMaxRelationRows, kMaxRelationBytes >> 20);
  table_->AppendRow(row);
  return {};
}

}  // namespace lake::query
