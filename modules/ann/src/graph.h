// A directed graph over rows with a fixed number of places for neighbours: one read finds them all.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace lake::ann {

/// Ends a list of neighbours that is not full.
inline constexpr uint32_t kNoRow = 0xffffffff;

struct Graph {
  const uint32_t* neighbours = nullptr;  ///< Row r's begin at neighbours + r * degree.
  size_t degree = 0;

  const uint32_t* begin_of(size_t row) const { return neighbours + row * degree; }
  std::span<const uint32_t> of(size_t row) const {
    const uint32_t* begin = begin_of(row);
    size_t count = 0;
    while (count < degree && begin[count] != kNoRow) ++count;
    return {begin, count};
  }
};

}  // namespace lake::ann
