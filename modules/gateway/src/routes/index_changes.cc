#include <utility>

#include "awaited_job.h"
#include "index_wire.h"
#include "lake/common/error_at.h"
#include "lake/common/json_io.h"
#include "lake/gateway/routes.h"
#include "lake/gateway/wire/index_change.h"
#include "lake/gateway/wire/job.h"
#include "lake/jobs/job_service.h"
#include "lake/tuning/index_home.h"
#include "lake/vector/index_service.h"

namespace lake::gateway {
namespace {

using access::Request;
using vector::IndexInfo;

/// The index with its new settings, if there are any.
Result<IndexInfo> SetRefresh(vector::IndexService& indexes, const Request& request,
                             const wire::ChangeIndex& change) {
  if (!change.refresh_policy && change.refresh_cron)
    return At(InvalidArgument("bad_cron", "a cron expression belongs to the policy 'scheduled'"),
              "/embedding_refresh_policy");
  if (!change.refresh_policy) return indexes.Find(request, change.name);
  return indexes.SetRefresh(request, change.name,
                            {.policy = *change.refresh_policy, .cron = change.refresh_cron});
}

Status Change(vector::IndexService& indexes, const tuning::IndexHome& home, jobs::JobService& jobs,
              const Request& request, const wire::ChangeIndex& change, const RequestHead& head,
              ResponseWriter& writer) {
  if (!change.refresh_policy && !change.refresh_cron && !change.bucket)
    return InvalidArgument("nothing_to_change",
                           "say embedding_refresh_policy or bucket: what the index is to have");
  std::optional<JsonValue> move;
  // Before anything is changed: either all of it is right or nothing.
  if (change.bucket) {
    LAKE_ASSIGN_OR_RETURN(move, home.PrepareMove(request, change.name, *change.bucket));
  }
  LAKE_ASSIGN_OR_RETURN(IndexInfo info, SetRefresh(indexes, request, change));
  if (!change.bucket || info.record.bucket == *change.bucket) {
    LAKE_RETURN_IF_ERROR(writer.Start({.status = 200, .content_type = "application/json"}));
    LAKE_RETURN_IF_ERROR(writer.Write(WriteJson(ToJson(IndexToWire(info)))));
    return writer.Finish({});
  }
  info.record.bucket = *change.bucket;
  return AnswerWithJob(jobs, request, tuning::kMoveIndexJob, *std::move(move), head, writer,
                       [&](const JsonValue&) { return ToJson(IndexToWire(info)); });
}

}  // namespace

void AddIndexChangeRoute(Api& api, vector::IndexService& indexes, const tuning::IndexHome& home,
                         jobs::JobService& jobs) {
  api.AddStream<wire::ChangeIndex>(
      {Method::kPatch, "/vectors/indexes/{name}",
       "Say when an index is brought up to date, or move it to another bucket. Prefer: respond-async answers "
       "with the job of a move at once.",
       Permission::kWrite},
      {.request = {},
       .answers = {AnswerOf<wire::Index>(200, "The index has it."),
                   AnswerOf<jobs::Job>(202, "The job moves it.")}},
      [&indexes, &home, &jobs](const Request& request, const wire::ChangeIndex& change,
                               const RequestHead& head, ResponseWriter& writer) {
        return Change(indexes, home, jobs, request, change, head, writer);
      });
}

}  // namespace lake::gateway
