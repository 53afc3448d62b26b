#include <optional>
#include <string>
#include <tuple>

#include "each_index.h"
#include "lake/gateway/system_tables.h"
#include "lake/query/described_rows.h"
#include "promotion_state.h"

namespace lake::gateway {
namespace {

/// One promotion, current or former.
struct PromotionRow {
  std::string index_name;
  uint64_t position = 0;
  bool current = false;
  std::optional<bool> live;
  std::string trial_id;
  uint32_t ef_construction = 0;
  uint32_t ef_search = 0;
  std::optional<uint64_t> seed;
  Timestamp promoted_at;
  std::string promoted_by;
  std::optional<std::string> note;
  std::optional<uint32_t> degree;
  std::optional<double> alpha;
  std::optional<ann::Code> code;
  std::optional<uint32_t> rerank;
};

}  // namespace
}  // namespace lake::gateway

template <>
struct lake::Describe<lake::gateway::PromotionRow> {
  using T = lake::gateway::PromotionRow;
  static constexpr auto kFields =
      std::tuple{Required("index_name", &T::index_name, "Index name."),
                 Required("position", &T::position, "From 1, the oldest of the index first."),
                 Required("current", &T::current, "Whether it is what is promoted now."),
                 Optional("live", &T::live, "Of the current one: whether the graph is built with it."),
                 Required("trial_id", &T::trial_id, "Trial it is from."),
                 Required("ef_construction", &T::ef_construction, "Effort of the build."),
                 Required("ef_search", &T::ef_search, "Effort of a search."),
                 Optional("seed", &T::seed, "Seed of the graph; none is the default."),
                 Required("promoted_at", &T::promoted_at, "When it was promoted."),
                 Required("promoted_by", &T::promoted_by, "Who promoted it."),
                 Optional("note", &T::note, "Why."),
                 Optional("degree", &T::degree, "Of its configuration; none is the default."),
                 Optional("alpha", &T::alpha, "Of its configuration; none is the default."),
                 Optional("code", &T::code, "What its walks compare; none is what the build chose."),
                 Optional("rerank", &T::rerank, "Of its configuration; none is the default.")};
};

namespace lake::gateway {
namespace {

using access::Request;
using query::DescribedRows;

PromotionRow MakeRow(const std::string& index_name, uint64_t position, vector::Promotion promotion) {
  return {.index_name = index_name,
          .position = position,
          .current = false,
          .live = {},
          .trial_id = std::move(promotion.trial_id),
          .ef_construction = promotion.config.ef_construction,
          .ef_search = promotion.config.ef_search,
          .seed = promotion.config.seed,
          .promoted_at = promotion.promoted_at,
          .promoted_by = std::move(promotion.promoted_by),
          .note = std::move(promotion.note),
          .degree = promotion.config.degree,
          .alpha = promotion.config.alpha,
          .code = promotion.config.code,
          .rerank = promotion.config.rerank};
}

Status AddRows(wire::PromotionState state, DescribedRows<PromotionRow>& rows) {
  uint64_t position = 0;
  for (vector::Promotion& former : state.history)
    LAKE_RETURN_IF_ERROR(rows.Add(MakeRow(state.index_name, ++position, std::move(former))));
  if (!state.current) return {};
  PromotionRow row = MakeRow(state.index_name, ++position, *std::move(state.current));
  row.current = true;
  row.live = state.live;
  return rows.Add(row);
}

}  // namespace

void AddPromotionTable(query::RelationProviders& tables, const vector::IndexService& indexes) {
  tables.push_back(std::make_shared<query::DescribedRelation<PromotionRow>>(
      "promotions", [&indexes](const Request& request, DescribedRows<PromotionRow>& rows) {
        // By index name, the oldest first.
        return ForEachIndex(indexes, request, [&rows](const vector::IndexInfo& index) {
          return AddRows(PromotionStateOf(index.record), rows);
        });
      }));
}

}  // namespace lake::gateway
