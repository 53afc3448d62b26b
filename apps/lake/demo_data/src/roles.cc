#include "roles.h"

#include <vector>

namespace lake::demo_data {
namespace {

constexpr size_t kRoles = 29;

std::array<const Role*, kRoles> JoinRoles() {
  std::array<const Role*, kRoles> joined{};
  size_t next = 0;
  auto append = [&](const auto& roles) {
    for (const Role& role : roles) joined[next++] = &role;
  };
  append(kTechnologyRoles);
  append(kHealthRoles);
  append(kOfficeRoles);
  append(kTradesRoles);
  append(kLogisticsRoles);
  append(kBusinessRoles);
  return joined;
}

}  // namespace

std::span<const Role* const> Roles() {
  static const std::array<const Role*, kRoles> roles = JoinRoles();
  return roles;
}

}  // namespace lake::demo_data
