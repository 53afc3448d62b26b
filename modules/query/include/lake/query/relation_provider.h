// Relations that are not datasets: rows that a module knows of, which statements read as "system.<name>".
//
// The rows are taken before the statement starts and are those of the request: of its snapshot where they are
// committed state, of the moment where they are not. What the caller may not see is not among them.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lake/access/request.h"
#include "lake/common/result.h"
#include "lake/engine/memory_table.h"

namespace lake::query {

/// Most rows, and bytes of them, that one relation may have: they are in memory while the statement runs.
inline constexpr size_t kMaxRelationRows = 2'000'000;
inline constexpr size_t kMaxRelationBytes = 256u << 20;

/// Takes the rows of one relation. One thread.
class RelationRows {
 public:
  /// `name` without its schema. The references must outlive this.
  RelationRows(const Context& context, std::string_view name, std::vector<engine::TableColumn> columns);

  /// Errors: resource_exhausted/system_table_too_large; those of Context::CheckAlive.
  Status Add(std::span<const engine::Cell> row);
  std::shared_ptr<const engine::MemoryTable> Take() { return std::move(table_); }

 private:
  const Context& context_;
  const std::string_view name_;
  std::shared_ptr<engine::MemoryTable> table_;
};

/// Any thread.
class RelationProvider {
 public:
  virtual ~RelationProvider() = default;

  /// Folded, without its schema: "datasets".
  virtual std::string_view name() const = 0;
  virtual std::vector<engine::TableColumn> columns() const = 0;
  /// The rows that the caller may see; once for each statement, however often it names the relation.
  /// Errors: its own, and those of RelationRows::Add.
  virtual Status Open(const access::Request& request, RelationRows& rows) const = 0;
};

using RelationProviders = std::vector<std::shared_ptr<const RelationProvider>>;

}  // namespace lake::query
