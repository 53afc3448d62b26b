// Shard: one of the 256 pieces of the catalog's state. What belongs to which is decided by a hash of its key,
// which is part of the checkpoint format. A shard is never changed once a State holds it.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lake/catalog/dataset.h"
#include "lake/catalog/snapshot.h"
#include "sorted_table.h"

namespace lake::catalog {

/// Enough pieces that a commit copies and a checkpoint writes little, few enough to be read in one go at
/// start.
inline constexpr size_t kShardCount = 256;

/// Who has a name now, and who had it when they were dropped.
struct NameEntry {
  std::string folded;
  std::optional<DatasetId> live;
  std::vector<DatasetId> dropped;  ///< In the order they were dropped.
};

/// A deleted entity leaves its version behind, so that versions never start again.
struct EntityRecord {
  enum class Life { kLive, kDeleted };
  Entity entity;  ///< Without document when deleted.
  Life life = Life::kLive;
};

/// What a transaction with an idempotency key answered.
struct KeyRecord {
  std::string key;
  std::string fingerprint;
  Version version;
  Timestamp time;
  JsonValue result;
};

/// Repeats come from clients that lost an answer; a week outlasts any retry policy and bounds the memory.
inline constexpr int64_t kKeyLifeMicros = int64_t{7} * 24 * 3600 * 1'000'000;
inline bool KeyExpired(const KeyRecord& record, Timestamp commit_time) {
  return record.time.micros + kKeyLifeMicros < commit_time.micros;
}
/// Of the request with that key; none when `record` is null or expired. Error:
/// failed_precondition/idempotency_key_reused.
Result<std::optional<CommitOutcome>> OutcomeOf(const KeyRecord* record, std::string_view request_fingerprint,
                                               Timestamp now);

using EntityKey = std::pair<std::string_view, std::string_view>;  ///< Kind, id.

struct Shard {
  struct ById {
    static std::string_view Of(const Dataset& dataset) { return dataset.id.value(); }
  };
  struct ByName {
    static std::string_view Of(const NameEntry& entry) { return entry.folded; }
  };
  struct ByKindAndId {
    static EntityKey Of(const EntityRecord& record) { return {record.entity.kind, record.entity.id}; }
  };
  struct ByKey {
    static std::string_view Of(const KeyRecord& record) { return record.key; }
  };

  SortedTable<Dataset, ById> datasets;
  SortedTable<NameEntry, ByName> names;
  SortedTable<EntityRecord, ByKindAndId> entities;
  SortedTable<KeyRecord, ByKey> keys;
  size_t live_names = 0;  ///< Names that a live dataset has.
  Timestamp keys_pruned;  ///< The commit time when expired keys were last looked for.

  /// Replaces what is known of the name; an entry that says nothing is taken out.
  void PutName(std::shared_ptr<const NameEntry> entry);
  /// Takes out the keys that have expired; looks for them once an hour of commit time, because a commit must
  /// not walk through all keys of a week.
  void PruneKeys(Timestamp commit_time);
  bool empty() const { return datasets.empty() && names.empty() && entities.empty() && keys.empty(); }
};

using Shards = std::array<std::shared_ptr<const Shard>, kShardCount>;

/// The low 8 bits of Hash64 of a dataset id, a folded name or an idempotency key.
size_t ShardOf(std::string_view key);
/// The same of kind, a zero byte, id.
size_t ShardOf(const EntityKey& key);

}  // namespace lake::catalog
