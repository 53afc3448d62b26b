// Checkpoints: states written out so that a start need not read the whole log. Derived data: every one may be
// missing or damaged, then an older one and in the end the log alone gives the same state.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "checkpoint_object.h"
#include "commit_log.h"
#include "lake/common/context.h"
#include "lake/common/log.h"
#include "lake/common/mutex.h"
#include "lake/storage/object_store.h"
#include "state.h"

namespace lake::catalog {

class Checkpoints {
 public:
  /// `every`: commits between automatic ones, 0 = none.
  Checkpoints(std::shared_ptr<storage::ObjectStore> store, Log& log, uint64_t every)
      : store_(std::move(store)), log_(log), every_(every) {}

  /// The state of the newest usable checkpoint that belongs to the log; null when there is none. Once, before
  /// the writes. Errors: those of a store that cannot be reached; damage is logged and an older checkpoint
  /// taken.
  Result<std::shared_ptr<const State>> Load(const Context& context, const CommitLog& commits);

  /// Writes shards that changed since the last checkpoint, then the root, then the hint; then removes what
  /// only older checkpoints need, but for one. Waits for another write to end. Any thread.
  Status Write(const Context& context, const State& state);
  /// Write when it is due and nobody else is at it. A failure is logged; the next try is an interval away.
  void WriteIfDue(const Context& context, const State& state);

 private:
  /// What a checkpoint on the store holds.
  struct Written {
    Version version;
    Shards shards;  ///< All null at version 0: nothing is written yet.
    std::vector<ShardLocation> locations;
  };

  /// Null when none of them can be used.
  Result<std::shared_ptr<const State>> LoadNewest(const Context& context, const CommitLog& commits,
                                                  const std::vector<Version>& ascending);
  Result<std::shared_ptr<const State>> LoadOne(const Context& context, const CommitLog& commits,
                                               Version version);
  Result<Shards> LoadShards(const Context& context, const std::vector<ShardLocation>& locations) const;
  Result<std::shared_ptr<const Shard>> LoadShard(const Context& context, size_t index,
                                                 const ShardLocation& location) const;
  std::optional<Version> ReadHint(const Context& context) const;
  /// Versions above `after` that have a directory, ascending.
  Result<std::vector<Version>> ListVersions(const Context& context, Version after) const;

  /// The caller has set busy_; this clears it.
  Status WriteNow(const Context& context, const State& state);
  Status WriteObjects(const Context& context, const State& state);
  Result<ShardLocation> WriteShard(const Context& context, const State& state, size_t index) const;
  /// Puts an immutable object; one that is there already must have the same bytes.
  Status PutOnce(const Context& context, const storage::ObjectKey& key, std::string_view bytes) const;
  Status RemoveOlder(const Context& context, const Written& older, const Written& newest) const;

  std::shared_ptr<storage::ObjectStore> store_;
  Log& log_;
  const uint64_t every_;

  Mutex mutex_;
  CondVar idle_;
  bool busy_ LAKE_GUARDED_BY(mutex_) = false;
  uint64_t next_version_ LAKE_GUARDED_BY(mutex_) = 0;  ///< When the next automatic one is due.

  Written last_;  ///< Belongs to whoever set busy_, and to Load before that.
};

}  // namespace lake::catalog
