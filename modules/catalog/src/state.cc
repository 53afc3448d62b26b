#include "state.h"

#include <ranges>

#include "lake/common/fold.h"
#include "shard_merge.h"

namespace lake::catalog {

State::State(Head head, Shards shards) : head_(std::move(head)), shards_(std::move(shards)) {
  for (const auto& shard : shards_) live_datasets_ += shard->live_names;
}

std::shared_ptr<const State> State::Empty() {
  Shards shards;
  shards.fill(std::make_shared<const Shard>());
  return std::make_shared<const State>(Head{}, std::move(shards));
}

std::shared_ptr<const NameEntry> State::FindName(std::string_view folded) const {
  return shards_[ShardOf(folded)]->names.Find(folded);
}

std::shared_ptr<const EntityRecord> State::FindEntityRecord(const EntityKey& key) const {
  return shards_[ShardOf(key)]->entities.Find(key);
}

std::shared_ptr<const KeyRecord> State::FindKey(std::string_view key) const {
  return shards_[ShardOf(key)]->keys.Find(key);
}

std::shared_ptr<const Dataset> State::FindDataset(const DatasetId& id) const {
  return shards_[ShardOf(id.value())]->datasets.Find(id.value());
}

std::shared_ptr<const Dataset> State::FindDatasetByName(std::string_view name) const {
  const auto entry = FindName(Fold(name));
  return entry != nullptr && entry->live ? FindDataset(*entry->live) : nullptr;
}

std::vector<std::shared_ptr<const Dataset>> State::FindDropped(std::string_view name) const {
  std::vector<std::shared_ptr<const Dataset>> dropped;
  const auto entry = FindName(Fold(name));
  if (entry == nullptr) return dropped;
  for (const DatasetId& id : std::views::reverse(entry->dropped)) dropped.push_back(FindDataset(id));
  return dropped;
}

std::vector<std::shared_ptr<const Dataset>> State::ListDatasets(std::string_view after, size_t limit) const {
  std::vector<std::shared_ptr<const Dataset>> datasets;
  const std::string folded = Fold(after);
  for (ShardMerge<decltype(Shard::names)> merge(shards_, &Shard::names, folded);
       !merge.done() && datasets.size() < limit; merge.Advance())
    if (merge.item()->live) datasets.push_back(FindDataset(*merge.item()->live));
  return datasets;
}

Result<std::optional<CommitOutcome>> State::FindOutcome(std::string_view idempotency_key,
                                                        std::string_view request_fingerprint) const {
  return OutcomeOf(FindKey(idempotency_key).get(), request_fingerprint, head_.time);
}

bool State::KnowsKey(std::string_view idempotency_key) const {
  const auto record = FindKey(idempotency_key);
  return record != nullptr && !KeyExpired(*record, head_.time);
}

std::shared_ptr<const Entity> State::FindEntity(std::string_view kind, std::string_view id) const {
  const auto record = FindEntityRecord({kind, id});
  if (record == nullptr || record->life == EntityRecord::Life::kDeleted) return nullptr;
  return {record, &record->entity};
}

std::vector<std::shared_ptr<const Entity>> State::ListEntities(std::string_view kind, std::string_view after,
                                                               size_t limit) const {
  std::vector<std::shared_ptr<const Entity>> entities;
  for (ShardMerge<decltype(Shard::entities)> merge(shards_, &Shard::entities, {kind, after});
       !merge.done() && entities.size() < limit; merge.Advance()) {
    const auto& record = merge.item();
    if (record->entity.kind != kind) break;
    if (record->life == EntityRecord::Life::kLive) entities.emplace_back(record, &record->entity);
  }
  return entities;
}

}  // namespace lake::catalog
