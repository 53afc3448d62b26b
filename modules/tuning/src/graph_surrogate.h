// What is expected of graphs that are not built: what they did over a sample of the rows, corrected by what
// those that are built did otherwise than over it (Kennedy and O'Hagan, Predicting the output from a complex
// computer code when fast approximations are available, 2000). The correction is a Gaussian process over the
// options (Rasmussen and Williams, Gaussian Processes for Machine Learning, 2006, algorithm 2.1). Without
// samples all is correction.
#pragma once

#include <vector>

#include "lake/vector/hnsw_config.h"
#include "sampled_graph.h"
#include "walk_model.h"

namespace lake::tuning {

struct FittedGraph {
  SampledGraph graph;
  GraphFit fit;  ///< Over all rows.
};

struct ExpectedGraph {
  GraphFit fit;
  double recall_sd = 0;     ///< Of fit.recall_offset.
  double distances_sd = 0;  ///< Of fit.distances_offset.
};

class GraphSurrogate {
 public:
  /// At least one. When some have samples, those without are left out.
  explicit GraphSurrogate(std::vector<FittedGraph> known);

  ExpectedGraph Of(const SampledGraph& graph) const;

 private:
  /// weights with which the known ones speak for `likeness`: (K + noise)^-1 likeness.
  std::vector<double> Solve(std::vector<double> likeness) const;

  std::vector<FittedGraph> known_;
  std::vector<double> cholesky_;  ///< Lower triangle, row after row of known_.size().
  bool sampled_ = false;
  GraphFit mean_;  ///< Of what the known ones did otherwise than over their samples.
};

}  // namespace lake::tuning
