// How large the sample company is: seven tables whose rows add up to exactly what was asked for.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "lake/common/result.h"

namespace lake::demo_data {

enum class Table { kCandidates, kClients, kJobOrders, kPlacements, kTimesheets, kCallLog, kEmailLog };

inline constexpr std::array kTables = {Table::kCandidates, Table::kClients,    Table::kJobOrders,
                                       Table::kPlacements, Table::kTimesheets, Table::kCallLog,
                                       Table::kEmailLog};

/// The table's name in SQL and, with ".csv" after it, its file: "job_orders".
std::string_view TableName(Table table);

struct Scale {
  int64_t total_rows;  ///< Over all seven tables.
  bool operator==(const Scale&) const = default;
};

inline constexpr Scale kFullScale{2'469'278};
/// Below this the planted facts have no room; above it one table's ids outgrow the memory they are planned
/// in.
inline constexpr int64_t kMinTotalRows = 1'000;
inline constexpr int64_t kMaxTotalRows = 250'000'000;

class RowCounts {
 public:
  explicit RowCounts(std::array<int64_t, kTables.size()> rows) : rows_(rows) {}
  int64_t Of(Table table) const { return rows_[static_cast<size_t>(table)]; }
  int64_t total() const;
  bool operator==(const RowCounts&) const = default;

 private:
  std::array<int64_t, kTables.size()> rows_;
};

/// Every table keeps its share of the full scale, but never fewer rows than the planted facts need; the total
/// is exactly `scale.total_rows`. Errors: invalid_argument/bad_scale.
Result<RowCounts> CountRows(Scale scale);

}  // namespace lake::demo_data
