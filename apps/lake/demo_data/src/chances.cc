#include "chances.h"

#include <numeric>
#include <utility>

#include "industries.h"
#include "people_names.h"
#include "places.h"

namespace lake::demo_data {
namespace {

template <class Items, class WeightOf>
Weights WeightsOf(const Items& items, WeightOf weight_of) {
  std::vector<int32_t> weights;
  for (const auto& item : items) weights.push_back(weight_of(item));
  return Weights(weights);
}

// A client's importance has nothing to do with its number: ranks are shuffled (Fisher and Yates).
std::vector<int32_t> ShuffledClients(int64_t clients) {
  std::vector<int32_t> order(static_cast<size_t>(clients));
  std::iota(order.begin(), order.end(), 0);
  Draw draw(Stream::kClientRanking, 0);
  for (size_t left = order.size(); left > 1; --left)
    std::swap(order[left - 1], order[static_cast<size_t>(draw.Below(static_cast<int64_t>(left)))]);
  return order;
}

}  // namespace

Chances::Chances(int64_t clients)
    : roles_(WeightsOf(Roles(), [](const demo_data::Role* role) { return role->weight; })),
      cities_(WeightsOf(Cities(), [](const demo_data::City& city) { return city.weight; })),
      industries_(
          WeightsOf(Industries(), [](const demo_data::Industry& industry) { return industry.weight; })),
      recruiters_(Weights::Zipf(static_cast<int64_t>(Recruiters().size()), 6)),
      client_ranks_(Weights::Zipf(clients, 4)),
      client_of_rank_(ShuffledClients(clients)) {
  for (const demo_data::Industry& industry : Industries()) families_of_industry_.emplace_back(industry.hires);
  for (size_t family = 0; family < kFamilies; ++family) {
    industries_of_family_.push_back(WeightsOf(Industries(), [&](const demo_data::Industry& industry) {
      return industry.weight * industry.hires[family] * industry.hires[family];
    }));
    std::vector<size_t> members;
    for (size_t role = 0; role < Roles().size(); ++role)
      if (static_cast<size_t>(Roles()[role]->family) == family) members.push_back(role);
    Weights weights = WeightsOf(members, [](size_t role) { return Roles()[role]->weight; });
    roles_of_family_.push_back({std::move(members), std::move(weights)});
  }
}

size_t Chances::RoleFor(size_t industry, Draw& draw) const {
  const FamilyRoles& family = roles_of_family_[Index(families_of_industry_[industry].Pick(draw))];
  return family.roles[Index(family.weights.Pick(draw))];
}

size_t Chances::IndustryFor(Family family, Draw& draw) const {
  return Index(industries_of_family_[static_cast<size_t>(family)].Pick(draw));
}

}  // namespace lake::demo_data
