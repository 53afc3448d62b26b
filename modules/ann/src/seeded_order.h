// An order of rows drawn from a seed; the same on every machine and with every standard library.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "lake/common/seeded_numbers.h"

namespace lake::ann {

inline std::vector<uint32_t> SeededOrder(std::span<const uint32_t> rows, uint64_t seed) {
  std::vector<uint32_t> order(rows.begin(), rows.end());
  SeededNumbers numbers(seed);
  for (size_t left = order.size(); left > 1; --left) std::swap(order[left - 1], order[numbers.Below(left)]);
  return order;
}

}  // namespace lake::ann
