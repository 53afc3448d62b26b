#include "lake/demo_data/scale.h"

#include <algorithm>
#include <numeric>

namespace lake::demo_data {
namespace {

struct Share {
  Table table;
  std::string_view name;
  int64_t full;     // Rows at the full scale.
  int64_t minimum;  // Fewer, and some planted fact has nobody to happen to.
};

constexpr std::array<Share, kTables.size()> kShares = {{
    {Table::kCandidates, "candidates", 100'000, 60},
    {Table::kClients, "clients", 2'000, 20},
    {Table::kJobOrders, "job_orders", 15'000, 30},
    {Table::kPlacements, "placements", 50'000, 40},
    {Table::kTimesheets, "timesheets", 1'000'000, 0},
    {Table::kCallLog, "call_log", 800'000, 0},
    {Table::kEmailLog, "email_log", 502'278, 0},
}};

constexpr const Share& ShareOf(Table table) { return kShares[static_cast<size_t>(table)]; }

constexpr int64_t FullTotal() {
  int64_t total = 0;
  for (const Share& share : kShares) total += share.full;
  return total;
}
static_assert(FullTotal() == kFullScale.total_rows);

}  // namespace

std::string_view TableName(Table table) { return ShareOf(table).name; }

int64_t RowCounts::total() const { return std::accumulate(rows_.begin(), rows_.end(), int64_t{0}); }

Result<RowCounts> CountRows(Scale scale) {
  if (scale.total_rows < kMinTotalRows || scale.total_rows > kMaxTotalRows)
    return InvalidArgument("bad_scale", "the sample data has between {} and {} rows, not {}", kMinTotalRows,
                           kMaxTotalRows, scale.total_rows);
  // People and orders first; the three logs share what is left, so the total is exact.
  constexpr std::array kEntities = {Table::kCandidates, Table::kClients, Table::kJobOrders,
                                    Table::kPlacements};
  std::array<int64_t, kTables.size()> rows{};
  int64_t left = scale.total_rows;
  for (Table table : kEntities) {
    const Share& share = ShareOf(table);
    int64_t count = std::max(share.minimum, share.full * scale.total_rows / FullTotal());
    rows[static_cast<size_t>(table)] = count;
    left -= count;
  }
  int64_t timesheets = ShareOf(Table::kTimesheets).full;
  int64_t calls = ShareOf(Table::kCallLog).full;
  int64_t logs = timesheets + calls + ShareOf(Table::kEmailLog).full;
  rows[static_cast<size_t>(Table::kTimesheets)] = left * timesheets / logs;
  rows[static_cast<size_t>(Table::kCallLog)] = left * calls / logs;
  rows[static_cast<size_t>(Table::kEmailLog)] = left - left * timesheets / logs - left * calls / logs;
  return RowCounts(rows);
}

}  // namespace lake::demo_data
