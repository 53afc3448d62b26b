// The roles in force: built-in ones, and committed entities of kind "role".
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lake/access/request.h"
#include "lake/access/rights_change.h"
#include "lake/access/role.h"
#include "lake/catalog/catalog.h"
#include "lake/common/mutex.h"

namespace lake::access {

/// Whether a condition may filter the rows of a dataset, whose columns are null when it does not exist yet:
/// access does not know SQL. Error: invalid_argument/bad_row_filter.
using RowFilterCheck = std::function<Status(const Context& context, std::string_view condition,
                                            const std::vector<catalog::Column>* columns)>;

/// Any thread.
class RoleService {
 public:
  RoleService(catalog::Catalog& catalog, RowFilterCheck check_filter, RightsListener listener)
      : catalog_(catalog), check_filter_(std::move(check_filter)), listener_(std::move(listener)) {}

  /// Null when there is none of that name.
  RoleRef Find(const catalog::Snapshot& snapshot, std::string_view name) const LAKE_EXCLUDES(mutex_);
  /// The built-in ones first, then by name.
  std::vector<RoleRef> List(const catalog::Snapshot& snapshot) const;

  /// Defines a role, new or anew; in force for every request that starts after it, and running queries of
  /// its holders are stopped. Errors: invalid_argument/bad_role, with a pointer; invalid_argument/
  /// bad_row_filter; failed_precondition/role_is_fixed for admin; resource_exhausted/too_many_roles.
  Result<RoleRef> Put(const Request& request, Role role);
  /// A built-in role that was defined anew is what it was again. Errors: not_found/role_not_found;
  /// failed_precondition/role_is_fixed; failed_precondition/role_in_use when a key in force has it.
  Status Delete(const Request& request, std::string_view name);
  /// Whether a row filter fits columns as they are now, which may be others than when the role was defined.
  /// Error: invalid_argument/bad_row_filter.
  Status CheckFilter(const Context& context, std::string_view condition,
                     const std::vector<catalog::Column>& columns) const {
    return check_filter_(context, condition, &columns);
  }

 private:
  Status Check(const Request& request, const Role& role) const;
  void Announce(std::string_view role, catalog::Version version) const;

  catalog::Catalog& catalog_;
  const RowFilterCheck check_filter_;
  const RightsListener listener_;
  /// Roles are read with every request and change rarely: parsed ones by name, with the entity they are of.
  struct Parsed {
    std::shared_ptr<const catalog::Entity> entity;
    RoleRef role;
  };
  mutable Mutex mutex_;
  mutable std::map<std::string, Parsed, std::less<>> parsed_ LAKE_GUARDED_BY(mutex_);
};

/// What the catalog asks before it keeps a role.
Status CheckRoleDocument(const JsonValue& document, const catalog::Entity* previous);

}  // namespace lake::access
