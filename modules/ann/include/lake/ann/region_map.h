// Where in an index its deleted rows lie. They stay in the graph until it is built anew: where most of a
// neighbourhood is deleted, walks meet few rows that count and have to go far, however little is deleted of
// the whole.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "lake/ann/row_set.h"

namespace lake::ann {

struct RegionDeletions {
  size_t rows = 0;
  size_t deleted = 0;  ///< Of them.
};

/// Every row belongs to the entry of the graph that is fewest hops away, and entries to groups: those are the
/// regions (see Index::Regions). Never changed.
class RegionMap {
 public:
  /// region_of[r] is row r's, below `regions`.
  RegionMap(std::vector<uint32_t> region_of, size_t regions)
      : region_of_(std::move(region_of)), regions_(regions) {}

  size_t regions() const { return regions_; }
  uint32_t region_of(size_t row) const { return region_of_[row]; }
  /// Of each region; `deleted` is of as many rows as the index has.
  std::vector<RegionDeletions> Count(const RowSet& deleted) const;

 private:
  std::vector<uint32_t> region_of_;
  size_t regions_;
};

/// Whether so much is deleted that the rest should be built anew: half of all, which then takes twice the
/// memory it needs, or nearly all of a region that is no handful. Measured at 100,000 x 768 (sets A and B):
/// with nine tenths of its region deleted a search takes up to twice as long (p99), with half of it as long
/// as before; recall stays.
bool CallForRebuild(std::span<const RegionDeletions> regions);

inline constexpr double kWornShareOfAll = 0.5;
inline constexpr double kWornShareOfRegion = 0.9;
/// Smaller regions do not matter: a walk crosses them.
inline constexpr size_t kSmallestWornRegion = 64;

}  // namespace lake::ann
