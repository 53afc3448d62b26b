#include <utility>

#include "awaited_job.h"
#include "lake/gateway/routes.h"
#include "lake/gateway/wire/eval.h"
#include "lake/gateway/wire/job.h"
#include "lake/gateway/wire/list.h"
#include "lake/tuning/eval_service.h"

namespace lake::gateway {
namespace {

using access::Request;
using tuning::EvalService;
using tuning::EvalSet;
using tuning::EvalSetInfo;

constexpr std::string_view kEvals = "evals";

Result<wire::Page<EvalSetInfo>> List(const EvalService& evals, const Request& request,
                                     const wire::ListRequest& list) {
  LAKE_ASSIGN_OR_RETURN(const std::string after, wire::ReadPageToken(kEvals, list.page_token));
  wire::Page<EvalSetInfo> page;
  LAKE_ASSIGN_OR_RETURN(page.items, evals.List(request, after, size_t{list.limit} + 1));
  if (page.items.size() <= list.limit) return page;
  page.items.pop_back();
  page.next_page_token = wire::MakePageToken(kEvals, page.items.back().name);
  return page;
}

}  // namespace

void AddEvalRoutes(Api& api, EvalService& evals, jobs::JobService& jobs) {
  api.Add<wire::ListRequest, wire::Page<EvalSetInfo>>(
      {Method::kGet, "/vectors/hnsw/evals", "List eval sets by name.", Permission::kRead},
      [&evals](const Request& request, const wire::ListRequest& list) { return List(evals, request, list); });
  api.Add<wire::NamedEvalSet, EvalSet>(
      {Method::kGet, "/vectors/hnsw/evals/{name}",
       "Show an eval set; texts, vectors and documents of its queries to those who may write.",
       Permission::kRead},
      [&evals](const Request& request, const wire::NamedEvalSet& named) {
        return evals.Find(request, named.name);
      });
  api.Add<wire::SaveEvalSet, EvalSetInfo>(
      {Method::kPost, "/vectors/hnsw/evals",
       "Save an eval set. Ground truth is computed by the trial that needs it, whatever the request brings.",
       Permission::kWrite, Success::kCreated},
      [&evals](const Request& request, wire::SaveEvalSet save) {
        return evals.Save(request,
                          {.name = std::move(save.name), .k = save.k, .queries = std::move(save.queries)});
      });
  api.AddStream<wire::MakeEvalSet>(
      {Method::kPost, "/vectors/hnsw/evals/{name}/autogen",
       "Make an eval set of an index: sentences of its texts, none of which is one of its rows, with ground "
       "truth. "
       "Prefer: respond-async answers with the job at once.",
       Permission::kWrite},
      {.request = {},
       .answers = {AnswerOf<EvalSetInfo>(200, "The set is saved."),
                   AnswerOf<jobs::Job>(202, "The job does it.")}},
      [&evals, &jobs](const Request& request, wire::MakeEvalSet make, const RequestHead& head,
                      ResponseWriter& writer) -> Status {
        LAKE_ASSIGN_OR_RETURN(JsonValue payload,
                              evals.PrepareNew(request, {.name = std::move(make.name),
                                                         .index_name = std::move(make.index_name),
                                                         .count = make.count,
                                                         .k = make.k,
                                                         .seed = make.seed}));
        return AnswerWithJob(jobs, request, tuning::kEvalJob, std::move(payload), head, writer);
      });
}

}  // namespace lake::gateway
