// Makes graphs over the same vectors, one after another. Graphs that differ in degree and alpha only are
// chosen from the candidates of one build.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "lake/ann/index.h"
#include "lake/common/cancel.h"
#include "lake/common/result.h"
#include "lake/tuning/trial.h"
#include "lake/vector/hnsw_config.h"

namespace lake::tuning {

struct MadeGraph {
  ann::Index index;
  /// Wall time of a build of it: where candidates were at hand, of the build that found them and of choosing
  /// anew together, which is more than a build takes.
  double build_secs = 0;
  BuildStatistics statistics;
};

/// One thread. Holds the candidates of one build: 8 bytes for each of ef_construction of each row.
class GraphWorkshop {
 public:
  struct Material {
    ann::Matrix vectors;
    std::span<const uint64_t> ids;
    size_t threads = 1;
  };
  /// What the material borrows must outlive it and what it makes.
  explicit GraphWorkshop(const Material& material) : material_(material) {}

  /// Errors: those of ann::Index::Build.
  Result<MadeGraph> Make(const vector::HnswConfig& graph, const CancelToken& cancel);

 private:
  const Material material_;
  std::optional<MadeGraph> pool_;  ///< The build whose candidates are kept.
  vector::HnswConfig pool_graph_;
};

/// CPU seconds of the process so far.
double ProcessCpuSecs();

}  // namespace lake::tuning
