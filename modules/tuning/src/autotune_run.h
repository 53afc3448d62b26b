// One run of autotune: everything is tried that the strategy wants, then the winner is promoted.
#pragma once

#include "autotune_job.h"
#include "lake/common/result.h"
#include "lake/jobs/job_service.h"
#include "lake/tuning/autotune.h"

namespace lake::tuning {

/// Goes on with what the journal does not have of the job's trials. Errors: those of TrialRunner::Open, of
/// the context; of kModel those of its builds, too.
Result<Autotuned> RunAutotune(const AutotuneParts& parts, jobs::JobRun& run, const AutotuneJob& job);

}  // namespace lake::tuning
