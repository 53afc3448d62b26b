#include "trial_build.h"

#include <chrono>
#include <ctime>
#include <utility>

namespace lake::tuning {

Result<std::unique_ptr<TrialBuild>> TrialBuild::Make(EmbeddingCache::Lease vectors, Options options, Log& log,
                                                     const CancelToken& cancel) {
  const auto started = std::chrono::steady_clock::now();
  const std::clock_t cpu_started = std::clock();
  LAKE_ASSIGN_OR_RETURN(ann::Index index,
                        ann::Index::Build(vectors->matrix(), vectors->ids,
                                          vector::BuildOptionsOf(options.config, options.threads), cancel));
  std::unique_ptr<TrialBuild> build(
      new TrialBuild(std::move(vectors), std::move(index), std::move(options), log));
  const ann::BuildOptions& built = build->index_.options();
  build->build_secs_ = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
  build->statistics_ = {.cpu_secs = static_cast<double>(std::clock() - cpu_started) / CLOCKS_PER_SEC,
                        .threads = static_cast<uint32_t>(built.threads),
                        .degree = static_cast<uint32_t>(built.degree),
                        .alpha = built.alpha,
                        .code = std::string(built.code ? ann::CodeName(*built.code) : "")};
  log.Info("trial_slot_built", {{"slot", build->options_.slot}, {"build_secs", build->build_secs_}});
  return build;
}

TrialBuild::~TrialBuild() { log_.Info("trial_slot_dropped", {{"slot", options_.slot}}); }

}  // namespace lake::tuning
