#include <utility>

#include "index_pages.h"
#include "lake/gateway/routes.h"
#include "lake/gateway/wire/promotion.h"
#include "lake/vector/index_service.h"
#include "lake/vector/promotion_service.h"
#include "promotion_state.h"

namespace lake::gateway {
namespace {

using access::Request;

wire::PromotionState ToWire(const vector::IndexInfo& info) { return PromotionStateOf(info.record); }

}  // namespace

void AddPromotionRoutes(Api& api, const tuning::PromotionParts& parts) {
  api.Add<wire::PromoteTrial, wire::PromotionState>(
      {Method::kPost, "/vectors/hnsw/promote/{index}/{trial_id}",
       "Give an index the configuration of one of its trials.", Permission::kWrite},
      [parts](const Request& request, wire::PromoteTrial wanted) -> Result<wire::PromotionState> {
        LAKE_ASSIGN_OR_RETURN(const vector::IndexRecord record,
                              tuning::PromoteTrial(parts, request,
                                                   {.index_name = std::move(wanted.index),
                                                    .trial_id = std::move(wanted.trial_id),
                                                    .promoted_by = std::move(wanted.promoted_by),
                                                    .note = std::move(wanted.note)}));
        return PromotionStateOf(record);
      });
  api.Add<wire::PromotedIndex, wire::PromotionState>(
      {Method::kPost, "/vectors/hnsw/rollback/{index}", "Go back to what was promoted for an index before.",
       Permission::kWrite},
      [parts](const Request& request, const wire::PromotedIndex& named) -> Result<wire::PromotionState> {
        LAKE_ASSIGN_OR_RETURN(const vector::IndexRecord record,
                              parts.promotions.RollBack(request, named.index));
        return PromotionStateOf(record);
      });
  api.Add<wire::PromotedIndex, wire::PromotionState>(
      {Method::kGet, "/vectors/hnsw/promoted/{index}", "Show what is promoted for an index.",
       Permission::kRead},
      [parts](const Request& request, const wire::PromotedIndex& named) -> Result<wire::PromotionState> {
        LAKE_ASSIGN_OR_RETURN(const vector::IndexInfo info, parts.indexes.Find(request, named.index));
        return ToWire(info);
      });
  api.Add<wire::ListRequest, wire::Page<wire::PromotionState>>(
      {Method::kGet, "/vectors/hnsw/promoted", "List what is promoted, by index.", Permission::kRead},
      [parts](const Request& request, const wire::ListRequest& list) {
        return PageOfIndexes<wire::PromotionState>(parts.indexes, request, "promoted", list, WasPromoted,
                                                   ToWire);
      });
}

}  // namespace lake::gateway
