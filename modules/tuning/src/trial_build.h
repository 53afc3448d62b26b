// One build of an index, in a slot of its own beside the one that answers, for one or more evaluations.
#pragma once

#include <memory>
#include <string>

#include "lake/ann/index.h"
#include "lake/common/cancel.h"
#include "lake/common/log.h"
#include "lake/common/result.h"
#include "lake/tuning/embedding_cache.h"
#include "lake/tuning/trial.h"
#include "lake/vector/index_record.h"

namespace lake::tuning {

/// In memory; what it holds goes when this does, whatever became of the trial.
class TrialBuild {
 public:
  struct Options {
    std::string slot;      ///< "<index name>__<trial id>".
    std::string build_id;  ///< Of the trials that share it.
    vector::HnswConfig config;
    size_t threads = 1;
  };

  /// `log` must outlive it. Errors: those of ann::Index::Build.
  static Result<std::unique_ptr<TrialBuild>> Make(EmbeddingCache::Lease vectors, Options options, Log& log,
                                                  const CancelToken& cancel);
  ~TrialBuild();
  TrialBuild(const TrialBuild&) = delete;
  TrialBuild& operator=(const TrialBuild&) = delete;

  const ann::Index& index() const { return index_; }
  const std::string& build_id() const { return options_.build_id; }
  double build_secs() const { return build_secs_; }  ///< Wall time.
  const BuildStatistics& statistics() const { return statistics_; }

 private:
  TrialBuild(EmbeddingCache::Lease vectors, ann::Index index, Options options, Log& log)
      : options_(std::move(options)), log_(log), vectors_(std::move(vectors)), index_(std::move(index)) {}

  const Options options_;
  Log& log_;
  const EmbeddingCache::Lease vectors_;  ///< The index borrows them.
  const ann::Index index_;
  double build_secs_ = 0;
  BuildStatistics statistics_;
};

}  // namespace lake::tuning
