// Whether a promotion finds what was promised, and what follows when it does not.
#pragma once

#include <optional>
#include <string>

#include "lake/tuning/canary.h"
#include "lake/tuning/trial.h"
#include "lake/vector/index_record.h"

namespace lake::tuning {

/// What the upper end of the canary's interval is to reach: the lower end that the promotion's trial had, and
/// `min_recall`. Whoever promoted a trial below `min_recall` wanted it so: then its lower end alone. Of a
/// trial that is not known `min_recall`.
double CanaryFloor(const std::optional<Trial>& trial, double min_recall);

struct CanaryJudgement {
  CanaryVerdict verdict = CanaryVerdict::kHolds;
  std::string reason;
};

/// Of the current promotion of the record. One that finds less is kept when its trial was rolled back once
/// and somebody promoted it again, and when what would take its place makes no more effort, in the build and
/// in searches, and so finds no more.
CanaryJudgement JudgeCanary(const vector::IndexRecord& record, const vector::CanaryRecall& canary);

}  // namespace lake::tuning
