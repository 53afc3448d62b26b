#include <utility>

#include "awaited_job.h"
#include "index_pages.h"
#include "lake/gateway/routes.h"
#include "lake/gateway/wire/job.h"
#include "lake/gateway/wire/refresh.h"
#include "lake/jobs/job_service.h"
#include "lake/vector/index_service.h"

namespace lake::gateway {
namespace {

using access::Request;
using vector::IndexInfo;
using vector::IndexService;

/// What to build when there is nothing yet; none when the request does not say what.
Result<std::optional<vector::NewIndex>> Otherwise(wire::RefreshDataset wanted) {
  if (!wanted.text_column && !wanted.id_column) return std::optional<vector::NewIndex>();
  if (!wanted.text_column || !wanted.id_column) {
    Error error = InvalidArgument("columns_needed", "text_column and id_column belong together");
    error.AddDetail(wanted.text_column ? "/id_column" : "/text_column", error.message());
    return error;
  }
  return std::optional(vector::NewIndex{.name = wanted.index_name.value_or(wanted.dataset),
                                        .source = wanted.dataset,
                                        .text_column = *std::move(wanted.text_column),
                                        .id_column = *std::move(wanted.id_column),
                                        .model = std::move(wanted.embed_model),
                                        .chunk = wanted.chunk,
                                        .config = wanted.hnsw_config.value_or(vector::HnswConfig{}),
                                        .bucket = std::move(wanted.bucket),
                                        .refresh = {}});
}

Status Refresh(IndexService& indexes, jobs::JobService& jobs, const Request& request,
               wire::RefreshDataset wanted, const RequestHead& head, ResponseWriter& writer) {
  vector::RefreshRequest refresh = {
      .dataset = wanted.dataset, .index_name = wanted.index_name.value_or(""), .otherwise = {}};
  LAKE_ASSIGN_OR_RETURN(refresh.otherwise, Otherwise(std::move(wanted)));
  LAKE_ASSIGN_OR_RETURN(JsonValue payload, indexes.PrepareRefresh(request, refresh));
  return AnswerWithJob(jobs, request, vector::kRefreshJob, std::move(payload), head, writer);
}

wire::StaleIndex StaleIndexOf(const IndexInfo& info) {
  return {.dataset = info.source,
          .index_name = info.record.name,
          .last_embedded_at = info.record.live->created_at,
          .stale_since = info.stale_since,
          .refresh_policy = info.record.refresh.policy,
          .refresh_cron = info.record.refresh.cron,
          .building = info.record.building.has_value()};
}

}  // namespace

void AddRefreshRoutes(Api& api, IndexService& indexes, jobs::JobService& jobs) {
  api.AddStream<wire::RefreshDataset>(
      {Method::kPost, "/vectors/refresh/{dataset}",
       "Bring the indexes of a dataset up to date: what is new or changed is embedded, what is gone leaves. "
       "Prefer: respond-async answers with the job at once.",
       Permission::kWrite},
      {.request = {},
       .answers = {AnswerOf<vector::Refreshed>(200, "The indexes are up to date."),
                   AnswerOf<jobs::Job>(202, "The job does it.")}},
      [&indexes, &jobs](const Request& request, wire::RefreshDataset wanted, const RequestHead& head,
                        ResponseWriter& writer) {
        return Refresh(indexes, jobs, request, std::move(wanted), head, writer);
      });
  api.Add<wire::ListRequest, wire::Page<wire::StaleIndex>>(
      {Method::kGet, "/vectors/stale", "List indexes whose dataset has other rows by now.",
       Permission::kRead},
      [&indexes](const Request& request, const wire::ListRequest& list) {
        return PageOfIndexes<wire::StaleIndex>(
            indexes, request, "stale", list, [](const IndexInfo& info) { return info.stale; }, StaleIndexOf);
      });
}

}  // namespace lake::gateway
