// Runs trials: builds beside the index that answers, measures with an eval set, journals.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "lake/catalog/catalog.h"
#include "lake/common/clock.h"
#include "lake/common/log.h"
#include "lake/common/random.h"
#include "lake/tuning/embedding_cache.h"
#include "lake/tuning/eval_service.h"
#include "lake/tuning/trial.h"
#include "lake/tuning/trial_journals.h"
#include "lake/vector/open_indexes.h"

namespace lake::tuning {

/// What it works with; all of it outlives it.
struct TrialRunnerParts {
  catalog::Catalog& catalog;
  vector::OpenIndexes& open_indexes;
  EvalService& evals;
  TrialJournals& journals;
  Clock& clock;
  RandomSource& random;
  Log& log;
};

struct TrialRunnerOptions {
  size_t threads = 1;               ///< Of a build.
  uint64_t cache_bytes = 2u << 30;  ///< Of EmbeddingCache.
  std::string code_version;
};

/// One configuration that is to be tried.
struct TrialOrder {
  std::string trial_id;
  vector::HnswConfig config;
  std::optional<std::string> note;
  std::string created_by;
};

struct MeasuredWalk;     // model_search.h
struct SearchedVectors;  // model_search.h

/// Trials of one index with one eval set, one after another. One thread.
class TrialSeries {
 public:
  virtual ~TrialSeries() = default;

  /// Measured, and in the journal. An order of the same graph as the one before measures the same build.
  /// Errors: those of ann::Index::Build and Search, of the journal, of the context.
  virtual Result<Trial> Run(const Context& context, const TrialOrder& order) = 0;

  /// What it is about, for those who build and walk themselves; valid as long as the series. Error:
  /// failed_precondition/no_eval_queries when a half has none.
  virtual Result<SearchedVectors> Searched() = 0;
  /// What they measured, in the journal as that trial; its configuration is the measured one. Errors: those
  /// of the journal, of the context.
  virtual Result<Trial> Keep(const Context& context, const TrialOrder& order, const MeasuredWalk& walk) = 0;
  /// Those of the same vectors, queries and instruction set, by the tune half.
  virtual std::vector<Trial> Comparable(const std::vector<Trial>& trials) const = 0;
};

/// Any thread. Two series at once would measure each other: see kTuningLane.
class TrialRunner {
 public:
  TrialRunner(const TrialRunnerParts& parts, TrialRunnerOptions options);

  using Progress = std::function<void(uint64_t done, uint64_t total)>;
  /// Computes the ground truth of the live generation when it is not there, and loads the vectors; `queries`
  /// is told of the first. The series must not outlive the runner. Errors: not_found/{index_not_found,
  /// eval_set_not_found}, failed_precondition/{index_not_ready, no_eval_queries},
  /// resource_exhausted/embedding_cache_full, those of EvalService::ForTrial.
  Result<std::unique_ptr<TrialSeries>> Open(const Context& context, std::string_view index_name,
                                            std::string_view eval_set, const Progress& queries);

  EmbeddingCacheStats cache_stats() const { return cache_.stats(); }

 private:
  Result<EmbeddingCache::Lease> VectorsOf(const Context& context, const vector::OpenIndex& index);

  const TrialRunnerParts parts_;
  const TrialRunnerOptions options_;
  EmbeddingCache cache_;
};

}  // namespace lake::tuning
