// Role: what its holders may do, and what they are shown. Four are built in; more, and other definitions of
// three of them, are committed entities of kind "role".
//
// Datasets and columns are named as people name them, without regard to ASCII case, and need not exist when
// the role is defined.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "lake/access/column_rule.h"
#include "lake/access/permission.h"
#include "lake/catalog/metadata.h"
#include "lake/common/describe.h"
#include "lake/common/json.h"

namespace lake::access {

inline constexpr std::string_view kRoleKind = "role";
inline constexpr std::string_view kAdminRole = "admin";

/// Which datasets a role reaches by name.
enum class DatasetReach {
  kListed,  ///< Those named under `columns`, and views.
  kAll,
};

/// The rule of a column that the role does not name, by its sensitivity.
struct SensitivityRules {
  ColumnRule unclassified = Absent{};
  ColumnRule public_data = Clear{};
  ColumnRule internal = Clear{};
  ColumnRule pii = Absent{};
  ColumnRule financial = Absent{};
  ColumnRule restricted = Absent{};
};

using ColumnRules = std::map<std::string, ColumnRule>;

struct Role {
  std::string name;
  std::vector<Permission> permissions;  ///< Each includes those before it: write may read.
  DatasetReach datasets = DatasetReach::kListed;
  SensitivityRules sensitivity;
  std::map<std::string, ColumnRules> columns;  ///< By dataset; they go before `sensitivity`.
  std::map<std::string, std::string>
      row_filters;  ///< By dataset: an SQL condition over its unmasked columns.
  JsonValue::Object unknown;

  bool Has(Permission permission) const;
};

using RoleRef = std::shared_ptr<const Role>;

/// Null when no role of that name is built in.
RoleRef BuiltInRole(std::string_view name);
/// In the order admin, recruiter, analyst, agent.
std::vector<RoleRef> BuiltInRoles();

}  // namespace lake::access

template <>
struct lake::DescribeEnum<lake::access::DatasetReach> {
  using R = lake::access::DatasetReach;
  static constexpr std::array kNames = {EnumName(R::kListed, "listed"), EnumName(R::kAll, "all")};
};
template <>
struct lake::Describe<lake::access::SensitivityRules> {
  using T = lake::access::SensitivityRules;
  static constexpr std::string_view kName = "SensitivityRules";
  static constexpr auto kFields = std::tuple{
      Optional("unclassified", &T::unclassified, "Columns nobody has classified; absent by default."),
      Optional("public", &T::public_data, "Columns for everybody; clear by default."),
      Optional("internal", &T::internal, "Columns for everybody here; clear by default."),
      Optional("pii", &T::pii, "Columns that identify a person; absent by default."),
      Optional("financial", &T::financial, "Columns about money; absent by default."),
      Optional("restricted", &T::restricted, "SSN, medical data, secrets; absent by default.")};
};
template <>
struct lake::Describe<lake::access::Role> {
  using T = lake::access::Role;
  static constexpr std::string_view kName = "Role";
  static constexpr auto kUnknown = &T::unknown;
  static constexpr auto kFields = std::tuple{
      Required("name", &T::name, "Role name.").Between(1, 64),
      Optional("permissions", &T::permissions, "What its holders may do: read, write, admin.").Between(0, 3),
      Optional("datasets", &T::datasets, "Which datasets it reaches: all, or those listed under columns."),
      Optional("sensitivity", &T::sensitivity, "Rules of the columns that are not listed, by sensitivity."),
      Optional("columns", &T::columns, "Rules by dataset and column.").Between(0, 10'000),
      Optional("row_filters", &T::row_filters, "By dataset: an SQL condition; other rows do not exist.")
          .Between(0, 10'000)};
};
