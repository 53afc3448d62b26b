#include "shard.h"

#include "lake/common/digest.h"

namespace lake::catalog {

size_t ShardOf(std::string_view key) { return Hash64(key) % kShardCount; }

size_t ShardOf(const EntityKey& key) {
  std::string joined(key.first);
  joined.push_back('\0');
  joined.append(key.second);
  return ShardOf(joined);
}

void Shard::PutName(std::shared_ptr<const NameEntry> entry) {
  const auto earlier = names.Find(entry->folded);
  if (earlier != nullptr && earlier->live) --live_names;
  if (entry->live) ++live_names;
  if (entry->live || !entry->dropped.empty()) {
    names.Put(std::move(entry));
  } else {
    names.Erase(entry->folded);
  }
}

}  // namespace lake::catalog
