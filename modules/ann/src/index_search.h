// One question to one index.
#pragma once

#include "beam.h"
#include "exact_scan.h"
#include "index_view.h"

namespace lake::ann {

struct SearchMemory::State {
  Origin query;
  Beam beam;
  ExactScan scan;
  std::vector<Candidate> candidates;  ///< By their codes.
  std::vector<Candidate> found;       ///< By the metric.
};

Result<Answer> SearchIndex(const IndexView& index, std::span<const float> query, const SearchOptions& options,
                           const CancelToken& cancel, SearchMemory::State* memory);

/// Errors: invalid_argument/search_option_out_of_range.
Status CheckSearchOptions(const IndexView& index, const SearchOptions& options);
ScanOptions ScanBy(const IndexView& index, const SearchOptions& options, Proof proof);

}  // namespace lake::ann
