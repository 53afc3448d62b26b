// Reciprocal rank fusion: what stands high in several lists stands highest.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace lake::search {

/// A row in one list, the best first.
struct RankedRow {
  uint64_t row = 0;
  double score = 0;
};

struct FusedRow {
  uint64_t row = 0;
  double score =
      0;  ///< Sum of 1 / (60 + rank) over the lists it is in (Cormack, Clarke, Buettcher, SIGIR 2009).
  std::optional<double> vector_score;
  std::optional<double> text_score;
};

/// At most k rows, the best first, ties by row.
std::vector<FusedRow> Fuse(std::span<const RankedRow> by_vector, std::span<const RankedRow> by_text,
                           size_t k);

}  // namespace lake::search
