#include "lake/ann/region_map.h"

#include <algorithm>

#include "regions.h"

namespace lake::ann {
namespace {

constexpr uint32_t kNowhere = 0xffffffff;

/// Gives every row that a path leads to the region of the entry that is fewest hops away: its group's.
Status Spread(const IndexView& index, std::vector<uint32_t>* region_of) {
  const Entries& entries = index.entries;
  std::vector<uint32_t> reached(entries.rows.begin(), entries.rows.end());
  for (uint32_t head = 0; head < entries.heads(); ++head) {
    (*region_of)[entries.rows[head]] = head;
    for (size_t e = entries.group_begin(head); e < entries.group_ends[head]; ++e)
      (*region_of)[entries.rows[e]] = head;
  }
  for (size_t next = 0; next < reached.size(); ++next) {
    for (const uint32_t neighbour : index.graph.of(reached[next])) {
      if (neighbour >= index.coded.count) return IndexDamaged("a neighbour in its graph is no row");
      if ((*region_of)[neighbour] != kNowhere) continue;
      (*region_of)[neighbour] = (*region_of)[reached[next]];
      reached.push_back(neighbour);
    }
  }
  return {};
}

}  // namespace

Result<RegionMap> RegionsOf(const IndexView& index) {
  if (index.entries.rows.empty()) return RegionMap(std::vector<uint32_t>(index.coded.count), 1);
  std::vector<uint32_t> region_of(index.coded.count, kNowhere);
  LAKE_RETURN_IF_ERROR(Spread(index, &region_of));
  for (const Duplicate& duplicate : index.duplicates) {
    if (std::max(duplicate.first, duplicate.row) >= region_of.size())
      return IndexDamaged("a duplicate is no row");
    region_of[duplicate.row] = region_of[duplicate.first];
  }
  if (std::ranges::find(region_of, kNowhere) != region_of.end())
    return IndexDamaged("no path in its graph leads to a row");
  return RegionMap(std::move(region_of), index.entries.heads());
}

std::vector<RegionDeletions> RegionMap::Count(const RowSet& deleted) const {
  std::vector<RegionDeletions> counts(regions_);
  for (const uint32_t region : region_of_) ++counts[region].rows;
  deleted.ForEach([&](uint32_t row) { ++counts[region_of_[row]].deleted; });
  return counts;
}

bool CallForRebuild(std::span<const RegionDeletions> regions) {
  const auto worn = [](const RegionDeletions& some, double share) {
    return some.deleted > 0 && static_cast<double>(some.deleted) >= share * static_cast<double>(some.rows);
  };
  RegionDeletions all;
  for (const RegionDeletions& region : regions) {
    if (region.rows >= kSmallestWornRegion && worn(region, kWornShareOfRegion)) return true;
    all.rows += region.rows;
    all.deleted += region.deleted;
  }
  return worn(all, kWornShareOfAll);
}

}  // namespace lake::ann
