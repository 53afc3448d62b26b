// An index as those see it who ask what is promoted.
#pragma once

#include "lake/gateway/wire/promotion.h"
#include "lake/vector/index_service.h"

namespace lake::gateway {

inline wire::PromotionState PromotionStateOf(const vector::IndexRecord& record) {
  wire::PromotionState state = {.index_name = record.name, .current = {}, .history = {}};
  state.live = vector::IsBuiltAsConfigured(record);
  state.canary = record.canary;
  if (!record.promotions) return state;
  state.current = record.promotions->current;
  state.history = record.promotions->history;
  state.rolled_back = record.promotions->rolled_back;
  return state;
}

/// Those without a promotion now or before are in no list.
inline bool WasPromoted(const vector::IndexInfo& info) { return info.record.promotions.has_value(); }

}  // namespace lake::gateway
