// All that a search reads, wherever it lies.
#pragma once

#include <string_view>

#include "coded_rows.h"
#include "duplicates.h"
#include "entry_set.h"
#include "graph.h"
#include "lake/ann/index.h"
#include "lake/common/result.h"

namespace lake::ann {

struct IndexView {
  BuildOptions options;
  Matrix vectors;
  CodedRows coded;
  const float* high_residuals;  ///< Of each row: what the high halves of its code leave out.
  Graph graph;
  Entries entries;
  std::span<const Duplicate> duplicates;
  std::span<const uint64_t> ids;
};

/// What reading finds that no build writes.
inline Error IndexDamaged(std::string_view what) {
  return DataLoss("segment_damaged", "the index is damaged: {}", what);
}

/// SHA-256 of neighbours, entry rows and groups, codes (high halves, low halves) and terms, in this order, in
/// hex.
std::string DigestOf(const IndexView& view);

}  // namespace lake::ann
