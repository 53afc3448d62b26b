// The weighted choices that make the sample company lifelike, computed once.
#pragma once

#include <vector>

#include "draw.h"
#include "roles.h"

namespace lake::demo_data {

class Chances {
 public:
  explicit Chances(int64_t clients);

  size_t Role(Draw& draw) const { return Index(roles_.Pick(draw)); }
  size_t City(Draw& draw) const { return Index(cities_.Pick(draw)); }
  size_t Industry(Draw& draw) const { return Index(industries_.Pick(draw)); }
  size_t Recruiter(Draw& draw) const { return Index(recruiters_.Pick(draw)); }
  /// A client's row; few clients get most of everything.
  int32_t Client(Draw& draw) const { return client_of_rank_[Index(client_ranks_.Pick(draw))]; }
  /// Whom a client of this industry is looking for.
  size_t RoleFor(size_t industry, Draw& draw) const;
  /// An industry in which such a person has probably worked.
  size_t IndustryFor(Family family, Draw& draw) const;

 private:
  static size_t Index(int32_t value) { return static_cast<size_t>(value); }

  Weights roles_;
  Weights cities_;
  Weights industries_;
  Weights recruiters_;
  Weights client_ranks_;
  std::vector<int32_t> client_of_rank_;
  std::vector<Weights> families_of_industry_;
  std::vector<Weights> industries_of_family_;
  struct FamilyRoles {
    std::vector<size_t> roles;
    Weights weights;
  };
  std::vector<FamilyRoles> roles_of_family_;
};

}  // namespace lake::demo_data
