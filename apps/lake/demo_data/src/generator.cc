#include "generator.h"

#include <algorithm>

#include "call.h"
#include "candidate.h"
#include "client.h"
#include "csv_rows.h"
#include "email.h"
#include "job_order.h"
#include "ordered_blocks.h"
#include "placement.h"

namespace lake::demo_data {
namespace {

// A block of the widest rows is 3 MB: small beside memory, large beside the cost of a turn.
constexpr int64_t kRowsPerBlock = 4096;

using AppendRow = void (*)(const Company& company, int64_t row, CsvRows* csv);

AppendRow RowsOf(Table table) {
  switch (table) {
    case Table::kCandidates:
      return AppendCandidateRow;
    case Table::kClients:
      return AppendClientRow;
    case Table::kJobOrders:
      return AppendJobOrderRow;
    case Table::kPlacements:
      return AppendPlacementRow;
    case Table::kTimesheets:
      return AppendTimesheetRow;
    case Table::kCallLog:
      return AppendCallRow;
    case Table::kEmailLog:
      return AppendEmailRow;
  }
  return nullptr;
}

void AppendHeader(Table table, CsvRows* csv) {
  for (const Column& column : ColumnsOf(table)) csv->Plain(column.name);
  csv->EndRow();
}

}  // namespace

Status GenerateTable(const Company& company, Table table, size_t threads, const ByteSink& sink) {
  const int64_t rows = company.rows.Of(table);
  const AppendRow append_row = RowsOf(table);
  auto rows_until = [&](int64_t block) { return std::min(rows, block * kRowsPerBlock); };
  auto make = [&](int64_t block, std::string* bytes) {
    CsvRows csv(bytes);
    if (block == 0) AppendHeader(table, &csv);
    for (int64_t row = rows_until(block); row < rows_until(block + 1); ++row) append_row(company, row, &csv);
  };
  auto take = [&](int64_t block, const std::string& bytes) {
    return sink(bytes, rows_until(block + 1) - rows_until(block));
  };
  return RunInOrder({.blocks = (rows + kRowsPerBlock - 1) / kRowsPerBlock, .make = make, .take = take},
                    threads);
}

Status GenerateCsv(Table table, Scale scale, size_t threads, const ByteSink& sink) {
  LAKE_ASSIGN_OR_RETURN(Company company, FoundCompany(scale));
  return GenerateTable(company, table, threads, sink);
}

}  // namespace lake::demo_data
