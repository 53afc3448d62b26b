#include <algorithm>
#include <set>

#include "entry_applier.h"

#include "lake/common/fold.h"

namespace lake::catalog {
namespace {

/// `earlier` and the values it does not have yet, ascending. The first record of a value stays.
std::vector<Tombstone> Merge(const std::vector<Tombstone>& earlier, const AddTombstones& action,
                             Timestamp deleted_at) {
  const std::set<std::string_view> values(action.row_key_values.begin(), action.row_key_values.end());
  std::vector<Tombstone> merged;
  merged.reserve(earlier.size() + values.size());
  auto old = earlier.begin();
  for (const std::string_view value : values) {
    while (old != earlier.end() && old->row_key_value < value) merged.push_back(*old++);
    if (old != earlier.end() && old->row_key_value == value) continue;
    merged.push_back({.row_key_value = std::string(value),
                      .deleted_at = deleted_at,
                      .actor = action.actor,
                      .reason = action.reason});
  }
  merged.insert(merged.end(), old, earlier.end());
  return merged;
}

}  // namespace

Status EntryApplier::operator()(const AddTombstones& action) {
  LAKE_ASSIGN_OR_RETURN(Dataset * dataset, EditLive(action.dataset));
  const Column* column = dataset->schema().Find(action.row_key_column);
  if (column == nullptr)
    return InvalidArgument("column_not_found", "dataset '{}' has no column '{}'", dataset->name,
                           action.row_key_column);
  auto set = std::make_shared<TombstoneSet>();
  set->row_key_column = column->name;
  set->row_key_field_id = column->field_id;
  if (const auto& earlier = dataset->tombstones) {
    if (earlier->row_key_field_id != column->field_id)
      // Which column that is not everybody may know.
      return FailedPrecondition("tombstone_column_conflict",
                                "the tombstones of dataset '{}' are keyed by another column than '{}'",
                                dataset->name, column->name);
    set->tombstones = Merge(earlier->tombstones, action, stamp_.time);
  } else {
    set->tombstones = Merge({}, action, stamp_.time);
  }
  dataset->tombstones = std::move(set);
  return {};
}

Status EntryApplier::operator()(const RemoveTombstones& action) {
  LAKE_ASSIGN_OR_RETURN(Dataset * dataset, EditLive(action.dataset));
  if (dataset->tombstones == nullptr) return {};
  const std::set<std::string_view> values(action.row_key_values.begin(), action.row_key_values.end());
  auto set = std::make_shared<TombstoneSet>();
  set->row_key_column = dataset->tombstones->row_key_column;
  set->row_key_field_id = dataset->tombstones->row_key_field_id;
  std::ranges::copy_if(dataset->tombstones->tombstones, std::back_inserter(set->tombstones),
                       [&](const Tombstone& tombstone) { return !values.contains(tombstone.row_key_value); });
  dataset->tombstones = set->tombstones.empty() ? nullptr : std::move(set);
  return {};
}

}  // namespace lake::catalog
