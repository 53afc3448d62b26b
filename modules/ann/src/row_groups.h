// Goes through rows in groups, so that codes are fetched ahead.
#pragma once

#include <algorithm>
#include <array>
#include <span>

#include "coded_rows.h"
#include "lake/ann/row_set.h"
#include "lake/common/cancel.h"

namespace lake::ann {

/// Calls `visit` with up to kMaxRowsAtOnce rows at once, of `count` those in `filter` (null: all), ascending,
/// until it says false. Errors: those of `cancel`, asked every few milliseconds of scanning.
template <class Visit>
Status ForEachGroup(size_t count, const RowSet* filter, const CancelToken& cancel, Visit visit) {
  constexpr size_t kGroupsBetweenChecks = 512;
  std::array<uint32_t, kMaxRowsAtOnce> group;
  size_t size = 0;
  size_t groups = 0;
  bool go_on = true;
  const auto add = [&](uint32_t row) {
    if (!go_on) return;
    group[size++] = row;
    if (size < group.size()) return;
    size = 0;
    go_on = visit(std::span<const uint32_t>(group));
    if (++groups % kGroupsBetweenChecks == 0 && cancel.cancelled()) go_on = false;
  };
  if (filter != nullptr) {
    filter->ForEach(add);
  } else {
    for (size_t row = 0; row < count; ++row) add(static_cast<uint32_t>(row));
  }
  if (groups >= kGroupsBetweenChecks && cancel.cancelled()) return cancel.error();
  if (go_on && size > 0) visit(std::span<const uint32_t>(group).first(size));
  return {};
}

}  // namespace lake::ann
