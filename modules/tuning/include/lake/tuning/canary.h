// The canary: once a promotion answers, after every refresh and every promotion, what it finds is measured
// and compared with what its trial had promised. docs/decisions/0028-canary-and-agent.md.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>

#include "lake/catalog/catalog.h"
#include "lake/common/clock.h"
#include "lake/common/describe.h"
#include "lake/common/log.h"
#include "lake/jobs/job_service.h"
#include "lake/tuning/eval_service.h"
#include "lake/tuning/trial_journals.h"
#include "lake/vector/open_indexes.h"
#include "lake/vector/promotion_service.h"

namespace lake::tuning {

inline constexpr std::string_view kCanaryJob = "canary";

/// Queries that it asks at most: 500 tell a recall of 0.95 to two in a hundred.
inline constexpr size_t kCanaryQueries = 500;

enum class CanaryVerdict {
  kNothing,     ///< No promotion answers that was not measured yet.
  kHolds,       ///< It finds what was promised.
  kKept,        ///< It finds less, and is kept all the same: the reason says why.
  kRolledBack,  ///< It found less.
};

/// What a finished job of kind kCanaryJob says.
struct CanaryChecked {
  std::string index_name;
  CanaryVerdict verdict = CanaryVerdict::kNothing;
  std::optional<std::string> reason = {};
  std::optional<vector::CanaryRecall> canary = {};
};

/// What the service works with; all of it outlives the service.
struct CanaryParts {
  catalog::Catalog& catalog;
  vector::OpenIndexes& open_indexes;
  vector::PromotionService& promotions;
  EvalService& evals;
  TrialJournals& journals;
  Clock& clock;
  Log& log;
};

/// Any thread.
class CanaryService {
 public:
  /// `min_recall` is what a promotion must find whose trial found as much, or is not known.
  static std::unique_ptr<CanaryService> Make(const CanaryParts& parts, double min_recall);
  virtual ~CanaryService() = default;

  /// For a job of kind kCanaryJob.
  static JsonValue Payload(std::string_view index_name);
  /// Asks the graph that answers, as searches do, queries of the promotion's trial's eval set; where that is
  /// gone, some that are made for it. Its result is a CanaryChecked. Run again it measures what was not
  /// measured yet. Errors: those of the index, of EvalService::Sample, of the journal.
  virtual jobs::JobWork Work() = 0;
};

struct CanaryWatchParts {
  catalog::Catalog& catalog;
  jobs::JobService& jobs;
  Clock& clock;
  Log& log;
};

/// Submits jobs of kind kCanaryJob for indexes that need one, after every commit, on a thread of its own.
class CanaryWatch {
 public:
  static std::unique_ptr<CanaryWatch> Start(const CanaryWatchParts& parts);
  /// Waits for the thread.
  virtual ~CanaryWatch() = default;
};

}  // namespace lake::tuning

template <>
struct lake::DescribeEnum<lake::tuning::CanaryVerdict> {
  using V = lake::tuning::CanaryVerdict;
  static constexpr std::array kNames = {EnumName(V::kNothing, "nothing"), EnumName(V::kHolds, "holds"),
                                        EnumName(V::kKept, "kept"), EnumName(V::kRolledBack, "rolled_back")};
};
template <>
struct lake::Describe<lake::tuning::CanaryChecked> {
  using T = lake::tuning::CanaryChecked;
  static constexpr std::string_view kName = "CanaryChecked";
  static constexpr auto kFields = std::tuple{
      Required("index_name", &T::index_name, "The index."),
      Required("verdict", &T::verdict,
               "nothing: no promotion answers that was not measured yet; holds: it finds what was promised; "
               "kept: it finds less, and is kept all the same; rolled_back: it found less."),
      Optional("reason", &T::reason, "Why, with the figures."),
      Optional("canary", &T::canary, "What was measured.")};
};
