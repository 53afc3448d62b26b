// The files of generations in their buckets, as far as they have to go.
#pragma once

#include <chrono>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lake/common/context.h"
#include "lake/common/log.h"
#include "lake/common/mutex.h"
#include "lake/common/result.h"
#include "lake/storage/bucket_registry.h"

namespace lake::vector {

/// Key prefix of a generation's files in its bucket.
std::string GenerationPrefix(std::string_view generation);

/// Buckets and ids of generations in them.
using GenerationPlaces = std::set<std::pair<std::string, std::string>>;

/// Any thread.
class GenerationStorage {
 public:
  /// Told of a generation whose files are about to go; may be empty.
  using Listener = std::function<void(const std::string& generation)>;

  /// The references outlive it.
  GenerationStorage(const storage::BucketRegistry& buckets, Log& log, Listener on_removed,
                    std::chrono::milliseconds grace);

  /// What cannot be removed is logged; the next start's Collect takes it.
  void Remove(const std::string& bucket, const std::string& generation);

  /// It is live no more: removed when `grace` is over, which those have to open it who found it in a
  /// snapshot.
  void Retire(const std::string& bucket, const std::string& generation) LAKE_EXCLUDES(mutex_);
  /// Removes the retired ones whose time has come.
  void RemoveRetired() LAKE_EXCLUDES(mutex_);

  /// Durable on ok: the first build of it is not to go on, also when its job runs again after a crash. The
  /// mark goes with the files.
  Status GiveUp(const Context& context, const std::string& bucket, const std::string& generation);
  Result<bool> IsGivenUp(const Context& context, const std::string& bucket, const std::string& generation);

  /// Whether some of its documents are embedded.
  Result<bool> HasParts(const Context& context, const std::string& bucket, const std::string& generation);

  /// Removes what is not among `used`, in every bucket.
  Status Collect(const Context& context, const GenerationPlaces& used);

 private:
  struct Retired {
    std::string bucket;
    std::string generation;
    std::chrono::steady_clock::time_point due;
  };

  Result<bool> Has(const Context& context, const std::string& bucket, const std::string& object);
  Status CollectIn(const Context& context, const storage::BucketName& bucket, const GenerationPlaces& used);

  const storage::BucketRegistry& buckets_;
  Log& log_;
  const Listener on_removed_;
  const std::chrono::milliseconds grace_;
  Mutex mutex_;
  std::vector<Retired> retired_ LAKE_GUARDED_BY(mutex_);
};

}  // namespace lake::vector
