#include "lake/engine/memory_table.h"

#include <bit>
#include <utility>

#include "lake/common/check.h"

namespace lake::engine {
namespace {

/// What is kept of a cell; only for a cell that fits the type.
class Appender {
 public:
  Appender(CellType type, MemoryTable::Column& column) : type_(type), column_(column) {}

  void operator()(std::monostate) { Append(column_.cells.empty() || !HasEnds() ? 0 : column_.cells.back()); }
  void operator()(bool value) { AppendValue(CellType::kBoolean, value ? 1 : 0); }
  void operator()(int64_t value) { AppendValue(CellType::kBigint, value); }
  void operator()(double value) { AppendValue(CellType::kDouble, std::bit_cast<int64_t>(value)); }
  void operator()(Timestamp value) { AppendValue(CellType::kTimestamp, value.micros); }
  void operator()(std::string_view value) {
    column_.text += value;
    AppendValue(type_ == CellType::kBlob ? CellType::kBlob : CellType::kVarchar,
                static_cast<int64_t>(column_.text.size()));
  }
  void operator()(std::span<const std::string> values) {
    for (const std::string& value : values) {
      column_.text += value;
      column_.items.push_back(static_cast<int64_t>(column_.text.size()));
    }
    AppendValue(CellType::kVarcharList, static_cast<int64_t>(column_.items.size()));
  }

 private:
  bool HasEnds() const {
    return type_ == CellType::kVarchar || type_ == CellType::kBlob || type_ == CellType::kVarcharList;
  }
  void Append(int64_t value) { column_.cells.push_back(value); }
  void AppendValue(CellType type, int64_t value) {
    LAKE_CHECK(type == type_);
    Append(value);
  }

  const CellType type_;
  MemoryTable::Column& column_;
};

}  // namespace

MemoryTable::MemoryTable(std::vector<TableColumn> columns)
    : columns_(std::move(columns)), data_(columns_.size()) {}

void MemoryTable::AppendRow(std::span<const Cell> row) {
  LAKE_CHECK(row.size() == columns_.size());
  for (size_t i = 0; i < row.size(); ++i) {
    data_[i].null.push_back(std::holds_alternative<std::monostate>(row[i]));
    std::visit(Appender(columns_[i].type, data_[i]), row[i]);
  }
  ++rows_;
}

size_t MemoryTable::bytes() const {
  size_t bytes = 0;
  for (const Column& column : data_)
    bytes += column.cells.size() * sizeof(int64_t) + column.null.size() / 8 +
             column.items.size() * sizeof(int64_t) + column.text.size();
  return bytes;
}

}  // namespace lake::engine
