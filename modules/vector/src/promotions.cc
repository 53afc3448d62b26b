#include "lake/vector/promotions.h"

#include <utility>

namespace lake::vector {

void LimitHistory(Promotions* promotions) {
  std::vector<Promotion>& history = promotions->history;
  if (history.size() <= kMaxFormerPromotions) return;
  history.erase(history.begin(), history.end() - kMaxFormerPromotions);
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

}  // namespace lake::vector
