// Rows in memory as a table that a statement can read. Filled by one thread, immutable once a ReadSet has it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "lake/common/clock.h"

namespace lake::engine {

enum class CellType { kBoolean, kBigint, kDouble, kVarchar, kBlob, kTimestamp, kVarcharList };

/// std::monostate is NULL; a Timestamp is a TIMESTAMPTZ; a string_view is UTF-8 text, or the bytes of a BLOB.
/// Views: what they point to is copied.
using Cell = std::variant<std::monostate, bool, int64_t, double, std::string_view, Timestamp,
                          std::span<const std::string>>;

struct TableColumn {
  std::string name;
  CellType type = CellType::kVarchar;
  bool operator==(const TableColumn&) const = default;
};

class MemoryTable {
 public:
  /// Eight bytes a cell, and texts one after the other: a million rows must not be a million allocations.
  struct Column {
    std::vector<bool> null;
    /// Values; for text and lists where they end in `text` and `items`, so they begin where the one before
    /// ends.
    std::vector<int64_t> cells;
    std::vector<int64_t> items;  ///< Where the texts of lists end in `text`.
    std::string text;
  };

  explicit MemoryTable(std::vector<TableColumn> columns);

  /// `row` has a cell for each column, NULL or of its type.
  void AppendRow(std::span<const Cell> row);

  size_t rows() const { return rows_; }
  size_t bytes() const;  ///< About what it takes in memory.
  const std::vector<TableColumn>& columns() const { return columns_; }
  const Column& column(size_t index) const { return data_[index]; }

 private:
  std::vector<TableColumn> columns_;
  std::vector<Column> data_;
  size_t rows_ = 0;
};

}  // namespace lake::engine
