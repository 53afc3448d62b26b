// A run of the strategy "model": graphs are ranked, built and walked, and what comes out best is judged
// beside the champion. Knows neither the index it is for nor where trials are kept.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "evaluation.h"
#include "graph_workshop.h"
#include "lake/tuning/autotune.h"
#include "lake/tuning/decision.h"
#include "lake/tuning/strategy.h"
#include "lake/tuning/trial.h"
#include "side_by_side.h"

namespace lake::tuning {

/// Borrowed.
struct SearchedVectors {
  GraphWorkshop::Material material;
  const AskedQueries& tune;      ///< By these it is chosen,
  const AskedQueries& validate;  ///< by these judged.
  size_t k = 10;
};

/// One walk of one graph as it was measured.
struct MeasuredWalk {
  vector::HnswConfig config;
  Evaluation evaluation;
  EvalHalf half = EvalHalf::kTune;
  const MadeGraph& graph;
  uint64_t build = 0;  ///< Equal for walks of one graph in memory.
};

struct ModelSearchOptions {
  vector::HnswConfig champion;
  TuningLimits limits;
  uint64_t seed = 0;
  size_t max_trials = 20;
  std::optional<double> max_cpu_secs = {};  ///< Of building and walking, before the judging.
  /// By what these are counted: a caller that does something of its own in between may leave it out.
  std::function<double()> cpu_clock = ProcessCpuSecs;
  std::vector<vector::HnswConfig> barred = {};  ///< What is not judged, unless it is the champion.
};

struct Judgement {
  Decision decision;
  Trial candidate;  ///< As judged.
};

/// One thread.
class ModelSearch {
 public:
  /// Makes a trial of it, on record on ok.
  using Keep = std::function<Result<Trial>(const MeasuredWalk&)>;
  /// Told of the trials so far.
  using Progress = std::function<void(uint64_t trials)>;

  ModelSearch(SearchedVectors subject, ModelSearchOptions options);

  /// Proposes, builds and walks until nothing promises enough or a limit is reached. `journal`: what is known
  /// of the same vectors and queries. All that is known then. Errors: those of ann::Index::Build and Search,
  /// of `keep`, of `cancel`.
  Result<std::vector<Trial>> Explore(std::vector<Trial> journal, const Keep& keep, const Progress& progress,
                                     const CancelToken& cancel);
  /// None when nothing of what is known is better than the champion.
  Result<std::optional<Judgement>> Judge(std::vector<Trial> known, const Keep& keep,
                                         const CancelToken& cancel);

 private:
  Result<std::vector<MeasuredWalk>> Walk(const MadeGraph& made, const BuildProposal& proposal,
                                         const CancelToken& cancel);
  bool IsSpent(size_t trials) const;

  const SearchedVectors subject_;
  const ModelSearchOptions options_;
  const double cpu_started_;
  GraphWorkshop workshop_;
  uint64_t builds_ = 0;
};

}  // namespace lake::tuning
