#include "lake/tuning/autotune.h"

#include <utility>

#include "awaited_job.h"
#include "lake/gateway/routes.h"
#include "lake/gateway/wire/autotune.h"
#include "lake/gateway/wire/job.h"

namespace lake::gateway {
namespace {

using access::Request;
using tuning::AutotuneService;

Status Run(AutotuneService& autotune, jobs::JobService& jobs, const Request& request,
           wire::RunAutotune wanted, const RequestHead& head, ResponseWriter& writer) {
  tuning::AutotuneRequest tune = {.index_name = std::move(wanted.index_name),
                                  .harness = std::move(wanted.harness),
                                  .limits = {.min_recall = wanted.min_recall,
                                             .max_p95_us = wanted.max_p95_us,
                                             .max_memory_bytes = wanted.max_memory_bytes,
                                             .max_build_secs = wanted.max_build_secs},
                                  .strategy = wanted.strategy,
                                  .grid = std::move(wanted.grid),
                                  .max_trials = wanted.max_trials,
                                  .max_cpu_secs = wanted.max_cpu_secs};
  LAKE_ASSIGN_OR_RETURN(const JsonValue payload, autotune.Prepare(request, tune));
  Result<jobs::Job> job =
      jobs.Submit(request.context, std::string(tuning::kAutotuneJob), request.caller.name, payload);
  if (!job.ok()) {
    autotune.Release(payload);
    return std::move(job).error();
  }
  return AnswerWithSubmitted(jobs, request, *std::move(job), head, writer);
}

}  // namespace

void AddAutotuneRoute(Api& api, AutotuneService& autotune, jobs::JobService& jobs) {
  api.AddStream<wire::RunAutotune>(
      {Method::kPost, "/vectors/hnsw/autotune",
       "Try configurations of an index, those of a grid or what a strategy proposes; journal each and "
       "promote "
       "the best that finds enough. "
       "Prefer: "
       "respond-async answers with the job at once.",
       Permission::kWrite},
      {.request = {},
       .answers = {AnswerOf<tuning::Autotuned>(200, "What was tried, and what won."),
                   AnswerOf<jobs::Job>(202, "The job does it.")}},
      [&autotune, &jobs](const Request& request, wire::RunAutotune wanted, const RequestHead& head,
                         ResponseWriter& writer) {
        return Run(autotune, jobs, request, std::move(wanted), head, writer);
      });
}

}  // namespace lake::gateway
