// Entities: documents of kinds that only their owners understand.
#include "entry_applier.h"

namespace lake::catalog {

Result<std::shared_ptr<const EntityRecord>> EntryApplier::FindExpected(
    const EntityKey& key, const std::optional<uint64_t>& expected) const {
  auto record = overlay_.FindEntity(key);
  const bool live = record != nullptr && record->life == EntityRecord::Life::kLive;
  const uint64_t version = live ? record->entity.version : 0;
  if (expected && *expected != version)
    return Aborted("conflict", "{} '{}' is at version {}, not {}", key.first, key.second, version, *expected);
  return record;
}

Status EntryApplier::operator()(const PutEntity& action) {
  LAKE_ASSIGN_OR_RETURN(const auto earlier, FindExpected({action.kind, action.id}, action.expected_version));
  if (kinds_ != nullptr) {
    const auto kind = kinds_->find(action.kind);
    if (kind == kinds_->end())
      return InvalidArgument("unknown_entity_kind", "no entities of kind '{}' are known", action.kind);
    const bool live = earlier != nullptr && earlier->life == EntityRecord::Life::kLive;
    if (kind->second != nullptr)
      LAKE_RETURN_IF_ERROR(kind->second(action.document, live ? &earlier->entity : nullptr));
  }
  EntityRecord record;
  record.entity = {.kind = action.kind,
                   .id = action.id,
                   .version = earlier == nullptr ? 1 : earlier->entity.version + 1,
                   .committed = stamp_.version,
                   .document = action.document};
  overlay_.PutEntity(std::move(record));
  return {};
}

Status EntryApplier::operator()(const DeleteEntity& action) {
  LAKE_ASSIGN_OR_RETURN(const auto earlier, FindExpected({action.kind, action.id}, action.expected_version));
  if (earlier == nullptr || earlier->life == EntityRecord::Life::kDeleted)
    return NotFound("entity_not_found", "{} '{}' does not exist", action.kind, action.id);
  EntityRecord record{.entity = earlier->entity, .life = EntityRecord::Life::kDeleted};
  record.entity.committed = stamp_.version;
  record.entity.document = nullptr;
  overlay_.PutEntity(std::move(record));
  return {};
}

}  // namespace lake::catalog
