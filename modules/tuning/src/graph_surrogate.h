// What is expected of graphs that are not built, from those that are: a Gaussian process over their options
// (Rasmussen and Williams, Gaussian Processes for Machine Learning, 2006, algorithm 2.1).
#pragma once

#include <vector>

#include "lake/vector/hnsw_config.h"
#include "walk_model.h"

namespace lake::tuning {

struct FittedGraph {
  vector::HnswConfig graph;
  GraphFit fit;
};

struct ExpectedGraph {
  GraphFit fit;
  double recall_sd = 0;     ///< Of fit.recall_offset.
  double distances_sd = 0;  ///< Of fit.distances_offset.
};

class GraphSurrogate {
 public:
  /// At least one.
  explicit GraphSurrogate(std::vector<FittedGraph> known);

  ExpectedGraph Of(const vector::HnswConfig& graph) const;

 private:
  /// weights with which the known ones speak for `likeness`: (K + noise)^-1 likeness.
  std::vector<double> Solve(std::vector<double> likeness) const;

  std::vector<FittedGraph> known_;
  std::vector<double> cholesky_;  ///< Lower triangle, row after row of known_.size().
  GraphFit mean_;
};

}  // namespace lake::tuning
