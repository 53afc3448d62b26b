// Rows cut into leaves of rows that lie together, small enough to compare each with each. A row is in the
// leaves of several leaders, the nearest, so that few of its neighbours are in none of them (after HCNNG,
// Pattern Recognition 96, 2019).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "coded_rows.h"
#include "lake/common/cancel.h"
#include "thread_team.h"

namespace lake::ann {

/// A leaf has no more rows: their distances, each to each, are 4 MB, which caches hold.
inline constexpr size_t kMaxLeafRows = 1000;

struct Leaves {
  /// Ascending each. Leaves one after another lie together.
  std::vector<std::vector<uint32_t>> leaves;
  /// The members, those with the same nearest leader one after another.
  std::vector<uint32_t> order;
};

/// Leaves of `members`, by kInt4 distances; leaders are the first of `members`, which are in an order drawn
/// from a seed. `leaders_of_row`: 1 to 8 leaders whose leaves a row is in; fewer where there are not as many.
/// Errors: those of `cancel`.
Result<Leaves> CarveLeaves(const CodedRows& rows, Code code, std::span<const uint32_t> members,
                           size_t leaders_of_row, const CancelToken& cancel, ThreadTeam* team);

}  // namespace lake::ann
