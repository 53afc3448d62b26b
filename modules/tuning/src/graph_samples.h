// What graphs do over a sample of the rows, which is quick to learn: what is expected of them over all rows
// begins with it.
#pragma once

#include <cstdint>
#include <vector>

#include "graph_workshop.h"
#include "lake/common/cancel.h"
#include "lake/common/result.h"
#include "lake/vector/hnsw_config.h"
#include "sampled_graph.h"

namespace lake::tuning {

/// Graphs over fewer rows are built as quickly as over samples that still say something.
inline constexpr size_t kRowsWorthSampling = 40'000;

struct SamplingOptions {
  const ann::Matrix& queries;  ///< The first of them are asked.
  size_t k = 10;
  double wanted_recall = 0.95;
  uint64_t seed = 0;  ///< Draws the samples.
  size_t least_rows = kRowsWorthSampling;
  std::vector<vector::HnswConfig> always = {};  ///< Go on, whatever they do.
};

/// What goes on to the larger sample, with what it did there; those first that compare fewer codes for the
/// wanted recall; of those that do the same, as graphs do whose degree is more than they have candidates for,
/// the first one alone. Which ef_construction is best samples do not say, for it is worth the more the more
/// rows there are: half of each goes on. All of them in their order, without samples, where there are too few
/// rows. Depends on vectors, queries and options alone, not on the clock. Errors: those of ann::Index::Build
/// and Search.
Result<std::vector<SampledGraph>> SampleGraphs(const GraphWorkshop::Material& material,
                                               const std::vector<vector::HnswConfig>& graphs,
                                               const SamplingOptions& options, const CancelToken& cancel);

}  // namespace lake::tuning
