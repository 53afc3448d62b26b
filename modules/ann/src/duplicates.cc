#include "duplicates.h"

#include <algorithm>
#include <cstring>
#include <string_view>
#include <unordered_map>

#include "lake/common/digest.h"

namespace lake::ann {

namespace {

/// Equal vectors have equal codes, which are an eighth of the bytes.
uint64_t CodeHash(const CodedRows& rows, uint32_t row) {
  const std::string_view high(reinterpret_cast<const char*>(rows.high_of(row)), rows.space->half_bytes());
  const std::string_view terms(reinterpret_cast<const char*>(rows.terms + row), sizeof(CodeTerms));
  return Hash64(high) ^ Hash64(terms);
}

}  // namespace

DistinctRows FindDistinctRows(const CodedRows& rows) {
  DistinctRows distinct;
  std::unordered_multimap<uint64_t, uint32_t> first_by_hash;
  first_by_hash.reserve(rows.count);
  const size_t bytes = rows.space->dimensions() * sizeof(float);
  for (uint32_t row = 0; row < rows.count; ++row) {
    const uint64_t hash = CodeHash(rows, row);
    const auto [begin, end] = first_by_hash.equal_range(hash);
    const auto equal = std::find_if(begin, end, [&](const auto& other) {
      return std::memcmp(rows.vector_of(other.second), rows.vector_of(row), bytes) == 0;
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
