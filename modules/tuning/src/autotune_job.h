// What a job of kind kAutotuneJob was asked for.
#pragma once

#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "lake/tuning/autotune.h"

namespace lake::tuning {

/// One trial of a grid: its id is chosen before, so that a run that goes on finds what it has.
struct PlannedTrial {
  std::string trial_id;
  vector::HnswConfig config;
};

struct AutotuneJob {
  std::string index_name;
  std::string harness;
  TuningLimits limits;
  std::vector<PlannedTrial> trials;  ///< Of kGrid.
  std::vector<std::string> skipped;
  std::string created_by;
  TuningStrategy strategy = TuningStrategy::kGrid;
  std::vector<std::string> trial_ids = {};  ///< Of what is proposed, in its order; of kModel two more.
  vector::HnswConfig champion = {};         ///< When the run was asked for: it may be another one after it.
  std::optional<double> max_cpu_secs = {};
  std::string signature = kAutotuneSignature;
  std::vector<vector::HnswConfig> barred = {};
};

/// Of kModel: what is judged.
inline constexpr size_t kJudgedTrials = 2;

}  // namespace lake::tuning

template <>
struct lake::Describe<lake::tuning::PlannedTrial> {
  using T = lake::tuning::PlannedTrial;
  static constexpr auto kFields = std::tuple{Required("trial_id", &T::trial_id, "Id of the trial."),
                                             Required("config", &T::config, "What is tried.")};
};
template <>
struct lake::Describe<lake::tuning::AutotuneJob> {
  using T = lake::tuning::AutotuneJob;
  static constexpr auto kFields =
      std::tuple{Required("index_name", &T::index_name, "The index."),
                 Required("harness", &T::harness, "Eval set."),
                 Required("limits", &T::limits, "What a winner has to meet."),
                 Required("trials", &T::trials, "What is tried, in this order."),
                 Required("skipped", &T::skipped, "What is not, and why."),
                 Required("created_by", &T::created_by, "Who asked for it."),
                 Optional("strategy", &T::strategy, "What proposes; absent: the trials are all."),
                 Optional("trial_ids", &T::trial_ids, "Of what is proposed."),
                 Optional("champion", &T::champion, "What is to be beaten."),
                 Optional("max_cpu_secs", &T::max_cpu_secs, "When no more is proposed."),
                 Optional("signature", &T::signature, "Note of its trials, and who promotes."),
                 Optional("barred", &T::barred, "What is not promoted.")};
};
