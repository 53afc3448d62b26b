#include "lake/access/role.h"

#include <algorithm>

namespace lake::access {
namespace {

Role Admin() {
  return {.name = std::string(kAdminRole),
          .permissions = {Permission::kAdmin},
          .datasets = DatasetReach::kAll,
          .sensitivity = {.unclassified = Clear{},
                          .public_data = Clear{},
                          .internal = Clear{},
                          .pii = Clear{},
                          .financial = Clear{},
                          .restricted = Clear{}},
          .columns = {},
          .row_filters = {},
          .unknown = {}};
}

/// Works with people: sees who they are, not what they earn.
Role Recruiter() {
  Role role = Admin();
  role.name = "recruiter";
  role.permissions = {Permission::kWrite};
  role.sensitivity.financial = Mask{};
  role.sensitivity.restricted = Absent{};
  return role;
}

/// Works with figures: tells people apart without knowing who they are.
Role Analyst() {
  Role role = Admin();
  role.name = "analyst";
  role.permissions = {Permission::kWrite};
  role.sensitivity.pii = Hash{};
  role.sensitivity.restricted = Absent{};
  return role;
}

/// A program that repeats what it reads: it is shown what somebody has classified, of what it was given.
Role Agent() {
  return {.name = "agent",
          .permissions = {Permission::kRead},
          .datasets = DatasetReach::kListed,
          .sensitivity = {.unclassified = Absent{},
                          .public_data = Clear{},
                          .internal = Clear{},
                          .pii = Mask{},
                          .financial = Null{},
                          .restricted = Absent{}},
          .columns = {},
          .row_filters = {},
          .unknown = {}};
}

const std::vector<RoleRef>& All() {
  static const std::vector<RoleRef> kRoles = {
      std::make_shared<Role>(Admin()), std::make_shared<Role>(Recruiter()), std::make_shared<Role>(Analyst()),
      std::make_shared<Role>(Agent())};
  return kRoles;
}

}  // namespace

std::string_view NameOfRule(const ColumnRule& rule) {
  return std::visit([]<class Case>(const Case&) { return Describe<Case>::kTag; }, rule);
}

bool Role::Has(Permission permission) const {
  return permission == Permission::kPublic ||
         std::ranges::any_of(permissions, [&](Permission held) { return held >= permission; });
}

RoleRef BuiltInRole(std::string_view name) {
  for (const RoleRef& role : All())
    if (role->name == name) return role;
  return nullptr;
}

std::vector<RoleRef> BuiltInRoles() { return All(); }

}  // namespace lake::access
