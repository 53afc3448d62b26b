#include "overlay.h"

namespace lake::catalog {
namespace {

/// The item in the upper layer's map, else the lower one's, else null.
template <class Map, class Key>
typename Map::mapped_type FindIn(const Map& upper, const Map& lower, const Key& key) {
  if (const auto found = upper.find(key); found != upper.end()) return found->second;
  if (const auto found = lower.find(key); found != lower.end()) return found->second;
  return nullptr;
}

template <class Map>
void MoveOver(Map& from, Map& to) {
  for (auto& [key, item] : from) to.insert_or_assign(key, std::move(item));
}

/// Copies a shard when it is first written to.
class ShardEditor {
 public:
  ShardEditor(const Shards& shards, Timestamp commit_time) : shards_(shards), commit_time_(commit_time) {}

  Shard& Edit(size_t index) {
    std::shared_ptr<Shard>& copy = edited_[index];
    if (copy == nullptr) {
      copy = std::make_shared<Shard>(*shards_[index]);
      copy->PruneKeys(commit_time_);
      shards_[index] = copy;
    }
    return *copy;
  }
  Shards Take() && { return std::move(shards_); }

 private:
  Shards shards_;
  const Timestamp commit_time_;
  std::map<size_t, std::shared_ptr<Shard>> edited_;
};

}  // namespace

std::shared_ptr<const Dataset> Overlay::FindDataset(const DatasetId& id) const {
  if (const auto found = FindIn(current_.datasets, accepted_.datasets, id.value())) return found;
  return base_->FindDataset(id);
}

Dataset* Overlay::EditDataset(const DatasetId& id) {
  if (const auto own = current_.datasets.find(id.value()); own != current_.datasets.end())
    return own->second.get();
  const auto earlier = FindDataset(id);
  if (earlier == nullptr) return nullptr;
  // Most entries add a file and all add a change: without room for them both lists would be copied twice.
  Dataset copy;
  copy.files.reserve(earlier->files.size() + 1);
  copy.changes.reserve(earlier->changes.size() + 1);
  copy = *earlier;
  return AddDataset(std::move(copy));
}

Dataset* Overlay::AddDataset(Dataset dataset) {
  auto copy = std::make_shared<Dataset>(std::move(dataset));
  return current_.datasets.insert_or_assign(copy->id.value(), copy).first->second.get();
}

std::vector<DatasetId> Overlay::EditedDatasets() const {
  std::vector<DatasetId> ids;
  for (const auto& [id, dataset] : current_.datasets) ids.emplace_back(id);
  return ids;
}

NameEntry Overlay::FindName(std::string folded) const {
  auto found = FindIn(current_.names, accepted_.names, folded);
  if (found == nullptr) found = base_->FindName(folded);
  return found != nullptr ? *found : NameEntry{.folded = std::move(folded), .live = {}, .dropped = {}};
}

void Overlay::PutName(NameEntry entry) {
  const std::string folded = entry.folded;
  current_.names.insert_or_assign(folded, std::make_shared<const NameEntry>(std::move(entry)));
}

std::shared_ptr<const EntityRecord> Overlay::FindEntity(const EntityKey& key) const {
  const EntityName name(key.first, key.second);
  if (auto found = FindIn(current_.entities, accepted_.entities, name)) return found;
  return base_->FindEntityRecord(key);
}

void Overlay::PutEntity(EntityRecord record) {
  EntityName name(record.entity.kind, record.entity.id);
  current_.entities.insert_or_assign(std::move(name),
                                     std::make_shared<const EntityRecord>(std::move(record)));
}

std::shared_ptr<const KeyRecord> Overlay::FindKey(const std::string& key) const {
  if (auto found = FindIn(current_.keys, accepted_.keys, key)) return found;
  return base_->FindKey(key);
}

void Overlay::PutKey(KeyRecord record) {
  const std::string key = record.key;
  current_.keys.insert_or_assign(key, std::make_shared<const KeyRecord>(std::move(record)));
}

void Overlay::Accept() {
  MoveOver(current_.datasets, accepted_.datasets);
  MoveOver(current_.names, accepted_.names);
  MoveOver(current_.entities, accepted_.entities);
  MoveOver(current_.keys, accepted_.keys);
  Discard();
}

std::shared_ptr<const State> Overlay::MakeState(Head head) const {
  ShardEditor shards(base_->shards(), head.time);
  for (const auto& [id, dataset] : accepted_.datasets) shards.Edit(ShardOf(id)).datasets.Put(dataset);
  for (const auto& [folded, entry] : accepted_.names) shards.Edit(ShardOf(folded)).PutName(entry);
  for (const auto& [name, record] : accepted_.entities)
    shards.Edit(ShardOf(EntityKey(name.first, name.second))).entities.Put(record);
  for (const auto& [key, record] : accepted_.keys) shards.Edit(ShardOf(key)).keys.Put(record);
  return std::make_shared<const State>(std::move(head), std::move(shards).Take());
}

}  // namespace lake::catalog
