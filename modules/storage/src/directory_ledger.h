// DirectoryLedger: what this process knows about directories that the disk does not say.
//
//   in use    a put or a delete works below it; it must not be removed under its feet
//   removing  someone removes it; puts wait for the moment that takes
//   fresh     made, but its name in the parent is not synced yet: whoever acknowledges something below it
//   must sync
//             the parent, whether it made the directory or merely found it
//   suspect   a sync of it failed after a name changed: what is visible in it may not be what a power cut
//   leaves;
//             reads and writes below it must sync it first
//
// Entries exist only while one of these holds, so the ledger stays as small as the work in flight. Any
// thread; nothing here does I/O.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "lake/common/mutex.h"

namespace lake::storage {

class DirectoryLedger {
 public:
  /// A state's age: it may be cleared only if it is still the one that was seen before the sync began.
  using Epoch = uint64_t;

  /// Uses every directory above `key`; waits while one of them is being removed.
  void Enter(const std::string& key);
  void Leave(const std::string& key);

  /// False when the directory is in use, being removed or suspect.
  bool BeginRemoval(const std::string& directory);
  enum class Removal { kDone, kRefused };
  void EndRemoval(const std::string& directory, Removal outcome);

  /// Around mkdir. In between, and afterwards when it was made, the directory is fresh.
  void BeginMaking(const std::string& directory);
  enum class Making { kDone, kFailed };
  void EndMaking(const std::string& directory, Making outcome);
  std::optional<Epoch> Fresh(const std::string& directory) const;
  /// The parent was synced; `seen` is what Fresh said before that.
  void ClearFresh(const std::string& directory, Epoch seen);

  void MarkSuspect(const std::string& directory);
  struct Suspect {
    std::string directory;
    Epoch seen = 0;
  };
  /// The suspects among the directories above `key`.
  std::vector<Suspect> SuspectsAbove(const std::string& key) const;
  std::vector<Suspect> AllSuspects() const;
  void ClearSuspect(const Suspect& suspect);

  /// Something visible may not be durable.
  bool in_doubt() const;

 private:
  struct Freshness {
    int in_flight = 0;  // calls of mkdir
    bool made = false;
    Epoch epoch = 0;
  };

  bool AnyRemoving(const std::string& key) const LAKE_REQUIRES(mutex_);

  mutable Mutex mutex_;
  CondVar removed_;
  Epoch next_epoch_ LAKE_GUARDED_BY(mutex_) = 1;
  std::map<std::string, int> users_ LAKE_GUARDED_BY(mutex_);
  std::set<std::string> removing_ LAKE_GUARDED_BY(mutex_);
  std::map<std::string, Freshness> fresh_ LAKE_GUARDED_BY(mutex_);
  std::map<std::string, Epoch> suspects_ LAKE_GUARDED_BY(mutex_);
  /// suspects_.size(), so that reads need no lock in the usual case.
  std::atomic<size_t> suspect_count_ = 0;
};

/// Enter and Leave.
class DirectoryUse {
 public:
  DirectoryUse(DirectoryLedger& ledger, const std::string& key) : ledger_(ledger), key_(key) {
    ledger_.Enter(key_);
  }
  ~DirectoryUse() { ledger_.Leave(key_); }
  DirectoryUse(const DirectoryUse&) = delete;
  DirectoryUse& operator=(const DirectoryUse&) = delete;

 private:
  DirectoryLedger& ledger_;
  const std::string key_;
};

}  // namespace lake::storage
