// Keys, roles and decisions over the wire.
#pragma once

#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "lake/access/audit.h"
#include "lake/access/decision.h"
#include "lake/access/key_service.h"
#include "lake/access/role.h"
#include "lake/common/clock.h"
#include "lake/common/describe.h"
#include "lake/gateway/wire/list.h"

namespace lake::gateway::wire {

/// The one answer that has a key's secret.
struct CreatedKey {
  std::string id;
  std::string name;
  std::string role;
  std::optional<std::string> profile;
  Timestamp created_at;
  std::optional<Timestamp> expires_at;
  std::string key;
};

struct NamedKey {
  std::string id;
};

struct NamedRole {
  std::string name;
};

/// Few enough to be one answer.
struct Roles {
  std::vector<access::Role> items;
};

struct Caller {
  std::string name;
  std::string role;
  std::vector<access::Permission> permissions;
};

struct ListAudit {
  uint32_t limit = kDefaultPage;
  std::optional<std::string> page_token;
  std::optional<std::string> caller;
  std::optional<std::string> dataset;
  std::optional<access::AuditDecision> decision;
};

struct CheckAccess {
  std::string dataset;
  std::optional<std::string> role;
};

struct CheckedColumn {
  std::string name;
  std::string type;
  std::optional<catalog::ColumnSensitivity> sensitivity;
  access::ColumnRule rule;
  std::string reason;
};

struct AccessChecked {
  std::string dataset;
  std::string role;
  bool allowed = false;
  std::optional<std::string> reason;
  std::vector<CheckedColumn> columns;
  bool rows_filtered = false;
  std::optional<std::string> row_filter;
};

}  // namespace lake::gateway::wire

template <>
struct lake::Describe<lake::gateway::wire::CreatedKey> {
  using T = lake::gateway::wire::CreatedKey;
  static constexpr std::string_view kName = "CreatedKey";
  static constexpr auto kFields = std::tuple{
      Required("id", &T::id, "Key id."),
      Required("name", &T::name, "What logs and commits call its holder."),
      Required("role", &T::role, "What its holder may do and see."),
      Optional("profile", &T::profile, "Profile of its holder."),
      Required("created_at", &T::created_at, "When it was made."),
      Optional("expires_at", &T::expires_at, "From then on it is refused.").NullWhenNone(),
      Required("key", &T::key, "The key itself, for X-API-Key. It is not kept: this is the only time.")};
};
template <>
struct lake::Describe<lake::gateway::wire::NamedKey> {
  using T = lake::gateway::wire::NamedKey;
  static constexpr auto kFields = std::tuple{Required("id", &T::id, "Key id.").Between(1, 64)};
};
template <>
struct lake::Describe<lake::gateway::wire::NamedRole> {
  using T = lake::gateway::wire::NamedRole;
  static constexpr auto kFields = std::tuple{Required("name", &T::name, "Role name.").Between(1, 64)};
};
template <>
struct lake::Describe<lake::gateway::wire::Roles> {
  using T = lake::gateway::wire::Roles;
  static constexpr std::string_view kName = "Roles";
  static constexpr auto kFields = std::tuple{Required("items", &T::items, "The built-in ones first.")};
};
template <>
struct lake::Describe<lake::gateway::wire::Caller> {
  using T = lake::gateway::wire::Caller;
  static constexpr std::string_view kName = "Caller";
  static constexpr auto kFields = std::tuple{
      Required("name", &T::name, "Name of the key, or local."), Required("role", &T::role, "Its role."),
      Required("permissions", &T::permissions, "Each includes those before it: write may read.")};
};
template <>
struct lake::Describe<lake::gateway::wire::ListAudit> {
  using T = lake::gateway::wire::ListAudit;
  static constexpr auto kFields =
      std::tuple{lake::gateway::wire::LimitField<T>(), lake::gateway::wire::PageTokenField<T>(),
                 Optional("caller", &T::caller, "Only what this caller asked.").Between(1, 64),
                 Optional("dataset", &T::dataset, "Only what reads this dataset.").Between(1, 255),
                 Optional("decision", &T::decision, "Only what came to this.")};
};
template <>
struct lake::Describe<lake::gateway::wire::CheckAccess> {
  using T = lake::gateway::wire::CheckAccess;
  static constexpr std::string_view kName = "CheckAccess";
  static constexpr auto kFields =
      std::tuple{Required("dataset", &T::dataset, "Dataset name.").Between(1, 255),
                 Optional("role", &T::role,
                          "Whose rights; the caller's when absent. Others are for "
                          "administrators to ask about.")
                     .Between(1, 64)};
};
template <>
struct lake::Describe<lake::gateway::wire::CheckedColumn> {
  using T = lake::gateway::wire::CheckedColumn;
  static constexpr std::string_view kName = "CheckedColumn";
  static constexpr auto kFields = std::tuple{
      Required("name", &T::name, "Column name."), Required("type", &T::type, "SQL type as it is shown."),
      Optional("sensitivity", &T::sensitivity, "None: nobody has classified it.").NullWhenNone(),
      Required("rule", &T::rule, "What the role is shown of it."), Required("reason", &T::reason, "Why.")};
};
template <>
struct lake::Describe<lake::gateway::wire::AccessChecked> {
  using T = lake::gateway::wire::AccessChecked;
  static constexpr std::string_view kName = "AccessChecked";
  static constexpr auto kFields = std::tuple{
      Required("dataset", &T::dataset, "Dataset name."),
      Required("role", &T::role, "Whose rights."),
      Required("allowed", &T::allowed, "Whether the role may read it at all."),
      Optional("reason", &T::reason, "Why not."),
      Required("columns", &T::columns, "Absent ones are listed for administrators only."),
      Required("rows_filtered", &T::rows_filtered, "Whether there may be rows the role does not see."),
      Optional("row_filter", &T::row_filter, "The condition, for administrators.")};
};
