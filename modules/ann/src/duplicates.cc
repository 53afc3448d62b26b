#include "duplicates.h"

#include <algorithm>
#include <cstring>
#include <string_view>
#include <unordered_map>

#include "lake/common/digest.h"

namespace lake::ann {

DistinctRows FindDistinctRows(const Matrix& vectors) {
  DistinctRows distinct;
  std::unordered_multimap<uint64_t, uint32_t> first_by_hash;
  first_by_hash.reserve(vectors.rows);
  const size_t bytes = vectors.dimensions * sizeof(float);
  for (uint32_t row = 0; row < vectors.rows; ++row) {
    const uint64_t hash = Hash64({reinterpret_cast<const char*>(vectors.row(row)), bytes});
    const auto [begin, end] = first_by_hash.equal_range(hash);
    const auto equal = std::find_if(begin, end, [&](const auto& other) {
      return std::memcmp(vectors.row(other.second), vectors.row(row), bytes) == 0;
    });
    if (equal != end) {
      distinct.duplicates.push_back({equal->second, row});
    } else {
      first_by_hash.emplace(hash, row);
      distinct.members.push_back(row);
    }
  }
  std::ranges::sort(distinct.duplicates);
  return distinct;
}

std::span<const Duplicate> DuplicatesOf(std::span<const Duplicate> duplicates, uint32_t first) {
  const auto range = std::ranges::equal_range(duplicates, first, {}, &Duplicate::first);
  return {range.begin(), range.end()};
}

}  // namespace lake::ann
