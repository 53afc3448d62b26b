// Vectors that are equal to the last bit become one member of the graph: hundreds of equal rows would be one
// another's only neighbours, and walks would not leave them.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "coded_rows.h"

namespace lake::ann {

/// A row that equals an earlier one. On disk as it is.
struct Duplicate {
  uint32_t first;  ///< The first row with this vector: the one in the graph.
  uint32_t row;
  auto operator<=>(const Duplicate&) const = default;
};

struct DistinctRows {
  std::vector<uint32_t> members;      ///< Ascending.
  std::vector<Duplicate> duplicates;  ///< Ascending.
};

/// `rows` with their high halves, terms and vectors.
DistinctRows FindDistinctRows(const CodedRows& rows);

/// Those of `duplicates` that equal `first`.
std::span<const Duplicate> DuplicatesOf(std::span<const Duplicate> duplicates, uint32_t first);

}  // namespace lake::ann
