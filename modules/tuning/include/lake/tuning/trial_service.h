// Trials as callers see them: a configuration is built beside the index that answers, measured with an eval
// set, and journaled.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lake/access/request.h"
#include "lake/common/clock.h"
#include "lake/common/random.h"
#include "lake/jobs/job_service.h"
#include "lake/tuning/best_trial.h"
#include "lake/tuning/eval_service.h"
#include "lake/tuning/trial.h"
#include "lake/tuning/trial_journals.h"
#include "lake/tuning/trial_runner.h"
#include "lake/vector/index_service.h"
#include "lake/vector/open_indexes.h"

namespace lake::tuning {

inline constexpr std::string_view kTrialJob = "trial";

/// Kinds of jobs that build or compare all vectors of an index run one after another: each takes all cores,
/// and latencies that are measured while another one runs say nothing.
inline constexpr const char* kTuningLane = "tuning";

struct NewTrial {
  std::string index_name;
  std::string harness;  ///< Name of the eval set.
  vector::HnswConfig config;
  std::optional<std::string> note;
};

/// What the service works with; all of it outlives the service.
struct TrialParts {
  vector::IndexService& indexes;
  vector::OpenIndexes& open_indexes;
  EvalService& evals;
  TrialJournals& journals;
  TrialRunner& runner;
  Clock& clock;
  RandomSource& random;
};

/// Any thread.
class TrialService {
 public:
  static std::unique_ptr<TrialService> Make(const TrialParts& parts, const ParetoRule& pareto);
  virtual ~TrialService() = default;

  /// The payload of a job of kind kTrialJob. Errors, with pointers: those of IndexService::Find and
  /// EvalService::Find; failed_precondition/index_not_ready.
  virtual Result<JsonValue> Prepare(const access::Request& request, const NewTrial& wanted) = 0;
  /// Its result is the Trial, which is in the journal then. Run again after a crash it measures again, unless
  /// it is in the journal.
  virtual jobs::JobWork Work() = 0;

  /// Error: not_found/index_not_found, also when the caller may not know of it. An index that is gone keeps
  /// its journal, for administrators.
  virtual Result<TrialJournal> Read(const access::Request& request, std::string_view index_name) const = 0;
  /// Errors: Read's; not_found/no_trials.
  virtual Result<Trial> Best(const access::Request& request, std::string_view index_name,
                             BestBy by) const = 0;
  /// What is in the journal, merged. Errors: Read's.
  virtual Result<TrialJournal> Compact(const access::Request& request, std::string_view index_name) = 0;
};

}  // namespace lake::tuning
