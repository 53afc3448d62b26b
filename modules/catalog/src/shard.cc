#include "shard.h"

#include "lake/common/digest.h"

namespace lake::catalog {
namespace {

constexpr int64_t kPruneMicros = int64_t{3600} * 1'000'000;

}  // namespace

size_t ShardOf(std::string_view key) { return Hash64(key) % kShardCount; }

size_t ShardOf(const EntityKey& key) {
  std::string joined(key.first);
  joined.push_back('\0');
  joined.append(key.second);
  return ShardOf(joined);
}

Result<std::optional<CommitOutcome>> OutcomeOf(const KeyRecord* record, std::string_view request_fingerprint,
                                               Timestamp now) {
  if (record == nullptr || KeyExpired(*record, now)) return std::optional<CommitOutcome>();
  if (record->fingerprint != request_fingerprint)
    return FailedPrecondition("idempotency_key_reused", "the idempotency key was used for another request");
  return std::optional(CommitOutcome{.version = record->version,
                                     .time = record->time,
                                     .result = record->result,
                                     .kind = CommitOutcome::Kind::kReplayed});
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

void Shard::PruneKeys(Timestamp commit_time) {
  if (commit_time.micros < keys_pruned.micros + kPruneMicros) return;
  keys.EraseIf([&](const KeyRecord& record) { return KeyExpired(record, commit_time); });
  keys_pruned = commit_time;
}

}  // namespace lake::catalog
