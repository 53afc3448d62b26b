#include "memory_table_scan.h"

#include <algorithm>
#include <bit>

#include "duckdb/function/table_function.hpp"
#include "duckdb/main/client_context.hpp"
#include "lake/engine/memory_table.h"
#include "own_function.h"
#include "session_state.h"

namespace lake::engine {
namespace {

constexpr const char* kMemoryTableFunction = "lake_table";

struct TableBindData final : duckdb::TableFunctionData {
  std::shared_ptr<const MemoryTable> table;
};

struct TableScan final : duckdb::GlobalTableFunctionState {
  size_t next = 0;
};

duckdb::LogicalType TypeOf(CellType type) {
  switch (type) {
    case CellType::kBoolean:
      return duckdb::LogicalType::BOOLEAN;
    case CellType::kBigint:
      return duckdb::LogicalType::BIGINT;
    case CellType::kDouble:
      return duckdb::LogicalType::DOUBLE;
    case CellType::kVarchar:
      return duckdb::LogicalType::VARCHAR;
    case CellType::kBlob:
      return duckdb::LogicalType::BLOB;
    case CellType::kTimestamp:
      return duckdb::LogicalType::TIMESTAMP_TZ;
    case CellType::kVarcharList:
      return duckdb::LogicalType::LIST(duckdb::LogicalType::VARCHAR);
  }
  return duckdb::LogicalType::VARCHAR;
}

duckdb::unique_ptr<duckdb::FunctionData> BindMemoryTable(duckdb::ClientContext& context,
                                                         duckdb::TableFunctionBindInput& input,
                                                         duckdb::vector<duckdb::LogicalType>& types,
                                                         duckdb::vector<std::string>& names) {
  const auto session = SessionState::Of(context);
  auto table = session ? session->FindTable(input.inputs[0].ToString()) : nullptr;
  if (!table) throw duckdb::PermissionException("the table is not in the read set");
  for (const TableColumn& column : table->columns()) {
    types.push_back(TypeOf(column.type));
    names.push_back(column.name);
  }
  auto data = duckdb::make_uniq<TableBindData>();
  data->table = std::move(table);
  return data;
}

duckdb::unique_ptr<duckdb::GlobalTableFunctionState> StartMemoryTableScan(duckdb::ClientContext&,
                                                                          duckdb::TableFunctionInitInput&) {
  return duckdb::make_uniq<TableScan>();
}

/// Where item `index` of a list of ends begins.
int64_t BeginOf(const std::vector<int64_t>& ends, size_t index) { return index == 0 ? 0 : ends[index - 1]; }

/// Not copied: the session's read set outlives every statement of the session.
duckdb::string_t TextAt(const std::string& text, const std::vector<int64_t>& ends, size_t index) {
  const int64_t begin = BeginOf(ends, index);
  return duckdb::string_t(text.data() + begin, static_cast<uint32_t>(ends[index] - begin));
}

void FillLists(const MemoryTable::Column& column, size_t first, size_t count, duckdb::Vector& target) {
  const auto begin = static_cast<size_t>(BeginOf(column.cells, first));
  const size_t items = static_cast<size_t>(column.cells[first + count - 1]) - begin;
  duckdb::ListVector::Reserve(target, items);
  auto* texts = duckdb::FlatVector::GetData<duckdb::string_t>(duckdb::ListVector::GetEntry(target));
  for (size_t i = 0; i < items; ++i) texts[i] = TextAt(column.text, column.items, begin + i);
  duckdb::ListVector::SetListSize(target, items);
  auto* lists = duckdb::FlatVector::GetData<duckdb::list_entry_t>(target);
  for (size_t i = 0; i < count; ++i) {
    const auto from = static_cast<size_t>(BeginOf(column.cells, first + i));
    lists[i] = {from - begin, static_cast<size_t>(column.cells[first + i]) - from};
  }
}

/// Rows [first, first + count), at least one.
void Fill(CellType type, const MemoryTable::Column& column, size_t first, size_t count,
          duckdb::Vector& target) {
  const int64_t* cells = column.cells.data() + first;
  switch (type) {
    case CellType::kBoolean:
      std::transform(cells, cells + count, duckdb::FlatVector::GetData<bool>(target),
                     [](int64_t cell) { return cell != 0; });
      break;
    case CellType::kBigint:
    case CellType::kTimestamp:
      std::copy_n(cells, count, duckdb::FlatVector::GetData<int64_t>(target));
      break;
    case CellType::kDouble:
      std::transform(cells, cells + count, duckdb::FlatVector::GetData<double>(target),
                     [](int64_t cell) { return std::bit_cast<double>(cell); });
      break;
    case CellType::kVarchar:
    case CellType::kBlob:
      for (size_t i = 0; i < count; ++i)
        duckdb::FlatVector::GetData<duckdb::string_t>(target)[i] =
            TextAt(column.text, column.cells, first + i);
      break;
    case CellType::kVarcharList:
      FillLists(column, first, count, target);
      break;
  }
  for (size_t i = 0; i < count; ++i)
    if (column.null[first + i]) duckdb::FlatVector::SetNull(target, i, true);
}

void ScanMemoryTable(duckdb::ClientContext&, duckdb::TableFunctionInput& input, duckdb::DataChunk& output) {
  const MemoryTable& table = *input.bind_data->Cast<TableBindData>().table;
  auto& scan = input.global_state->Cast<TableScan>();
  const size_t count = std::min<size_t>(table.rows() - scan.next, STANDARD_VECTOR_SIZE);
  if (count > 0)
    for (size_t i = 0; i < table.columns().size(); ++i)
      Fill(table.columns()[i].type, table.column(i), scan.next, count, output.data[i]);
  scan.next += count;
  output.SetCardinality(count);
}

duckdb::unique_ptr<duckdb::NodeStatistics> CardinalityOfMemoryTable(duckdb::ClientContext&,
                                                                    const duckdb::FunctionData* data) {
  const size_t count = data->Cast<TableBindData>().table->rows();
  return duckdb::make_uniq<duckdb::NodeStatistics>(count, count);
}

duckdb::unique_ptr<duckdb::TableRef> ReplaceByMemoryTable(duckdb::ClientContext& context,
                                                          duckdb::ReplacementScanInput& input,
                                                          duckdb::optional_ptr<duckdb::ReplacementScanData>) {
  const auto session = SessionState::Of(context);
  if (!session || !session->FindTable(input.table_name)) return nullptr;
  return CallOf(kMemoryTableFunction, input.table_name);
}

}  // namespace

void AddMemoryTableReplacement(duckdb::DBConfig& config) {
  config.replacement_scans.emplace_back(ReplaceByMemoryTable);
}

void RegisterMemoryTableFunction(duckdb::DuckDB& database) {
  duckdb::TableFunction function(kMemoryTableFunction, {duckdb::LogicalType::VARCHAR}, ScanMemoryTable,
                                 BindMemoryTable, StartMemoryTableScan);
  function.cardinality = CardinalityOfMemoryTable;
  AddOwnFunction(database, std::move(function));
}

}  // namespace lake::engine
