#include <fmt/format.h>

#include <chrono>
#include <utility>

#include "elapsed.h"
#include "index_pages.h"
#include "index_wire.h"
#include "lake/common/fold.h"
#include "lake/gateway/routes.h"
#include "lake/gateway/wire/index.h"
#include "lake/gateway/wire/job.h"
#include "lake/jobs/job_service.h"
#include "lake/search/search_service.h"
#include "lake/vector/index_service.h"
#include "search_wire.h"

namespace lake::gateway {
namespace {

using access::Request;
using vector::IndexInfo;
using vector::IndexService;
using Clock = std::chrono::steady_clock;

Result<Reply<jobs::Job>> Create(IndexService& indexes, jobs::JobService& jobs, const Request& request,
                                wire::CreateIndex create) {
  const vector::NewIndex wanted = {
      .name = std::move(create.index_name),
      .source = std::move(create.source),
      .text_column = std::move(create.text_column),
      .id_column = std::move(create.id_column),
      .model = std::move(create.embed_model),
      .chunk = create.chunk,
      .config = create.hnsw_config.value_or(vector::HnswConfig{}),
      .bucket = std::move(create.bucket),
      .refresh = {.policy = create.refresh_policy, .cron = std::move(create.refresh_cron)}};
  LAKE_ASSIGN_OR_RETURN(JsonValue payload, indexes.Prepare(request, wanted));
  LAKE_ASSIGN_OR_RETURN(jobs::Job job, jobs.Submit(request.context, std::string(vector::kIndexJob),
                                                   request.caller.name, std::move(payload)));
  Reply<jobs::Job> reply = {.value = std::move(job), .status = 202};
  reply.headers = {{"Location", fmt::format("/jobs/{}", reply.value.id.value())}};
  return reply;
}

Result<wire::Page<wire::Index>> List(const IndexService& indexes, const Request& request,
                                     const wire::ListIndexes& list) {
  const auto wanted = [&](const IndexInfo& info) {
    return (!list.source || SameFolded(*list.source, info.source)) &&
           (!list.model || *list.model == info.record.model.name);
  };
  return PageOfIndexes<wire::Index>(
      indexes, request, "indexes", {.limit = list.limit, .page_token = list.page_token}, wanted, IndexToWire);
}

Result<Reply<wire::SearchResult>> Search(search::SearchService& searches, const Request& request,
                                         wire::SearchIndex wanted) {
  const Clock::time_point started = Clock::now();
  LAKE_ASSIGN_OR_RETURN(search::SearchAnswer answer,
                        searches.Search(request, SearchRequestOf(std::move(wanted))));
  const Header timing = ServerTiming(answer.stages);
  wire::SearchResult result = SearchResultOf(std::move(answer));
  result.elapsed_ms = MillisSince(started);
  return Reply<wire::SearchResult>{.value = std::move(result), .headers = {timing}};
}

}  // namespace

void AddIndexRoutes(Api& api, IndexService& indexes, search::SearchService& searches,
                    jobs::JobService& jobs) {
  api.Add<wire::CreateIndex, jobs::Job>(
      {Method::kPost, "/vectors/index", "Build an index over a text column of a dataset.", Permission::kWrite,
       Success::kAccepted},
      [&indexes, &jobs](const Request& request, wire::CreateIndex create) {
        return Create(indexes, jobs, request, std::move(create));
      });
  api.Add<wire::ListIndexes, wire::Page<wire::Index>>(
      {Method::kGet, "/vectors/indexes", "List indexes by name.", Permission::kRead},
      [&indexes](const Request& request, const wire::ListIndexes& list) {
        return List(indexes, request, list);
      });
  api.Add<wire::NamedIndex, wire::Index>(
      {Method::kGet, "/vectors/indexes/{name}", "Show an index.", Permission::kRead},
      [&indexes](const Request& request, const wire::NamedIndex& named) -> Result<wire::Index> {
        LAKE_ASSIGN_OR_RETURN(const IndexInfo info, indexes.Find(request, named.name));
        return IndexToWire(info);
      });
  api.Add<wire::NamedIndex, Nothing>(
      {Method::kDelete, "/vectors/indexes/{name}", "Drop an index with its files.", Permission::kWrite},
      [&indexes](const Request& request, const wire::NamedIndex& named) {
        return indexes.Drop(request, named.name);
      });
  api.Add<wire::SearchIndex, wire::SearchResult>(
      {Method::kPost, "/vectors/search", "Find the chunks whose meaning is nearest to a question.",
       Permission::kRead},
      [&searches](const Request& request, wire::SearchIndex wanted) {
        return Search(searches, request, std::move(wanted));
      });
}

}  // namespace lake::gateway
