// Writing checkpoints, and removing those that nobody needs any more.
#include <algorithm>
#include <set>

#include "checkpoint_keys.h"
#include "checkpoints.h"

namespace lake::catalog {

Status Checkpoints::Write(const Context& context, const State& state) {
  {
    MutexLock lock(mutex_);
    while (busy_) idle_.Wait(mutex_);
    busy_ = true;
  }
  return WriteNow(context, state);
}

void Checkpoints::WriteIfDue(const Context& context, const State& state) {
  {
    MutexLock lock(mutex_);
    if (every_ == 0 || busy_ || state.version().number < std::max(next_version_, every_)) return;
    busy_ = true;
  }
  if (const Status status = WriteNow(context, state); !status.ok())
    log_.Warning("catalog.checkpoint_failed",
                 {{"version", state.version().number}, {"error", status.error().ToString()}});
}

Status Checkpoints::WriteNow(const Context& context, const State& state) {
  const Status status = state.version() > last_.version ? WriteObjects(context, state) : Status();
  MutexLock lock(mutex_);
  next_version_ = state.version().number + every_;
  busy_ = false;
  idle_.NotifyOne();
  return status;
}

Status Checkpoints::WriteObjects(const Context& context, const State& state) {
  Written written{.version = state.version(), .shards = state.shards(), .locations = last_.locations};
  written.locations.resize(kShardCount);
  for (size_t i = 0; i < kShardCount; ++i)
    if (last_.shards[i] != written.shards[i]) {
      LAKE_ASSIGN_OR_RETURN(written.locations[i], WriteShard(context, state, i));
    }
  const std::string root = EncodeRoot({.format = {},
                                       .version = state.version().number,
                                       .commit_id = state.head().commit_id,
                                       .time = state.time(),
                                       .shards = written.locations});
  LAKE_RETURN_IF_ERROR(PutOnce(context, RootKey(state.version()), root));
  const Written older = std::exchange(last_, std::move(written));

  // From here on nothing is needed for the checkpoint to be good.
  Status status;
  if (auto hint = store_->Put(context, HintKey(), EncodeHint(last_.version), storage::Overwrite{});
      !hint.ok())
    status = hint.error();
  if (status.ok()) status = RemoveOlder(context, older, last_);
  if (!status.ok())
    log_.Warning("catalog.checkpoint_untidy",
                 {{"version", last_.version.number}, {"error", status.error().ToString()}});
  return {};
}

Result<ShardLocation> Checkpoints::WriteShard(const Context& context, const State& state,
                                              size_t index) const {
  const Shard& shard = *state.shards()[index];
  if (shard.empty()) return ShardLocation{};
  const std::string bytes = EncodeShard(index, shard, state.time());
  const storage::ObjectKey key = ShardKey(state.version(), index);
  LAKE_RETURN_IF_ERROR(PutOnce(context, key, bytes));
  return ShardLocation{.object = key.text(), .bytes = bytes.size(), .crc32c = ChecksumOf(bytes)};
}

Status Checkpoints::PutOnce(const Context& context, const storage::ObjectKey& key,
                            std::string_view bytes) const {
  const auto put = store_->Put(context, key, bytes, storage::IfAbsent{});
  if (put.ok()) return {};
  if (!put.error().Is("object_exists")) return put.error();
  // Left by a process that died before the root, or written by another one: the same state gives the same
  // bytes.
  LAKE_ASSIGN_OR_RETURN(const std::string present, store_->Get(context, key, storage::ByteRange{}));
  if (present == bytes) return {};
  return DataLoss("checkpoint_differs", "{} is there already with other content", key.text());
}

/// `older` stays as well: it is what a damaged newest one falls back to, and somebody may be reading it just
/// now.
Status Checkpoints::RemoveOlder(const Context& context, const Written& older, const Written& newest) const {
  if (older.version == Version{}) return {};
  std::set<std::string_view> needed;
  for (const Written* written : {&older, &newest})
    for (const ShardLocation& location : written->locations) needed.insert(location.object);
  storage::ListOptions options{.prefix = std::string(kCheckpointPrefix), .delimiter = "", .after = ""};
  while (true) {
    LAKE_ASSIGN_OR_RETURN(const storage::ObjectPage page, store_->List(context, options));
    for (const storage::ObjectInfo& object : page.objects) {
      const auto version = VersionOfKey(object.key.text());
      if (version && *version >= older.version) return {};
      if (version && !needed.contains(object.key.text()))
        LAKE_RETURN_IF_ERROR(store_->Delete(context, object.key));
    }
    if (!page.next_after) return {};
    options.after = *page.next_after;
  }
}

}  // namespace lake::catalog
