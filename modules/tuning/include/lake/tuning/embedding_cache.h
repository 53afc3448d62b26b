// The vectors of generations in memory, for trials: loaded once for many of them.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "lake/ann/metric.h"
#include "lake/common/context.h"
#include "lake/common/describe.h"
#include "lake/common/mutex.h"
#include "lake/common/result.h"

namespace lake::tuning {

struct CachedVectors {
  std::vector<float> values;  ///< Row after row.
  std::vector<uint64_t> ids;  ///< Of the rows, ascending.
  size_t dimensions = 0;

  ann::Matrix matrix() const { return {.data = values.data(), .rows = ids.size(), .dimensions = dimensions}; }
};

struct EmbeddingCacheStats {
  uint64_t max_bytes = 0;
  uint64_t bytes = 0;    ///< What is loaded or being loaded takes.
  uint64_t entries = 0;  ///< Generations.
  uint64_t pinned = 0;   ///< Of these in use.
  uint64_t hits = 0;
  uint64_t misses = 0;
  uint64_t evictions = 0;
};

/// Any thread.
class EmbeddingCache {
 public:
  explicit EmbeddingCache(uint64_t max_bytes) : max_bytes_(max_bytes) {}

  /// Stays in the cache as long as somebody holds it.
  using Lease = std::shared_ptr<const CachedVectors>;
  using Load = std::function<Result<CachedVectors>()>;

  /// The vectors of a generation, which take `bytes`; what is not there is loaded by one of those who ask.
  /// What was used longest ago and is not in use makes room. Errors: resource_exhausted/embedding_cache_full,
  /// those of `load`, of the context.
  Result<Lease> Get(const Context& context, const std::string& generation, uint64_t bytes, const Load& load)
      LAKE_EXCLUDES(mutex_);

  EmbeddingCacheStats stats() const LAKE_EXCLUDES(mutex_);

 private:
  struct Entry {
    Lease vectors;  ///< Null while it is loaded.
    uint64_t bytes = 0;
    uint64_t used = 0;  ///< When it was asked for last.

    bool pinned() const { return vectors == nullptr || vectors.use_count() > 1; }
  };

  Status MakeRoom(uint64_t bytes) LAKE_REQUIRES(mutex_);

  const uint64_t max_bytes_;
  mutable Mutex mutex_;
  CondVar changed_;  ///< Something was loaded or could not be, or somebody was cancelled.
  std::map<std::string, Entry> entries_ LAKE_GUARDED_BY(mutex_);
  uint64_t bytes_ LAKE_GUARDED_BY(mutex_) = 0;
  uint64_t asked_ LAKE_GUARDED_BY(mutex_) = 0;
  uint64_t hits_ LAKE_GUARDED_BY(mutex_) = 0;
  uint64_t misses_ LAKE_GUARDED_BY(mutex_) = 0;
  uint64_t evictions_ LAKE_GUARDED_BY(mutex_) = 0;
};

}  // namespace lake::tuning

template <>
struct lake::Describe<lake::tuning::EmbeddingCacheStats> {
  using T = lake::tuning::EmbeddingCacheStats;
  static constexpr std::string_view kName = "EmbeddingCacheStats";
  static constexpr auto kFields =
      std::tuple{Required("max_bytes", &T::max_bytes, "Most bytes that it takes."),
                 Required("bytes", &T::bytes, "What is in it takes."),
                 Required("entries", &T::entries, "Generations in it."),
                 Required("pinned", &T::pinned, "Of these in use: they are not evicted."),
                 Required("hits", &T::hits, "Asked for and there."),
                 Required("misses", &T::misses, "Loaded."),
                 Required("evictions", &T::evictions, "Left to make room.")};
};
