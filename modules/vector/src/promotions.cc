#include "lake/vector/promotions.h"

#include <algorithm>
#include <utility>

namespace lake::vector {

namespace {

void KeepNewest(size_t most, std::vector<Promotion>* entries) {
  if (entries->size() <= most) return;
  entries->erase(entries->begin(), entries->end() - static_cast<std::ptrdiff_t>(most));
}

}  // namespace

void LimitHistory(Promotions* promotions) {
  KeepNewest(kMaxFormerPromotions, &promotions->history);
  if (promotions->rolled_back) KeepNewest(kMaxRolledBack, &*promotions->rolled_back);
}

void Promote(Promotion promotion, Promotions* promotions) {
  if (promotions->current) promotions->history.push_back(*std::move(promotions->current));
  promotions->current = std::move(promotion);
  LimitHistory(promotions);
}

Status RollBack(Promotions* promotions) {
  if (!promotions->current)
    return FailedPrecondition("nothing_promoted", "nothing is promoted that could be rolled back");
  promotions->current.reset();
  if (promotions->history.empty()) return {};
  promotions->current = std::move(promotions->history.back());
  promotions->history.pop_back();
  return {};
}

Status RollBackBecause(const std::string& reason, Promotions* promotions) {
  std::optional<Promotion> gone = promotions->current;
  LAKE_RETURN_IF_ERROR(RollBack(promotions));
  gone->note = gone->note ? reason + "; " + *gone->note : reason;
  if (!promotions->rolled_back) promotions->rolled_back.emplace();
  promotions->rolled_back->push_back(*std::move(gone));
  LimitHistory(promotions);
  return {};
}

bool WasRolledBack(const Promotions& promotions, std::string_view trial_id) {
  return promotions.rolled_back && std::ranges::find(*promotions.rolled_back, trial_id,
                                                     &Promotion::trial_id) != promotions.rolled_back->end();
}

}  // namespace lake::vector
