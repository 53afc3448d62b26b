#include "lake/tuning/embedding_cache.h"

#include <algorithm>

namespace lake::tuning {

Result<EmbeddingCache::Lease> EmbeddingCache::Get(const Context& context, const std::string& generation,
                                                  uint64_t bytes, const Load& load) {
  const CancelRegistration wake = context.cancel.OnCancel([this] {
    MutexLock lock(mutex_);
    changed_.NotifyAll();
  });
  {
    MutexLock lock(mutex_);
    for (auto found = entries_.find(generation); found != entries_.end(); found = entries_.find(generation)) {
      found->second.used = ++asked_;
      if (found->second.vectors != nullptr) {
        ++hits_;
        return found->second.vectors;
      }
      LAKE_RETURN_IF_ERROR(context.CheckAlive());
      if (context.deadline.never())
        changed_.Wait(mutex_);
      else
        (void)changed_.WaitUntil(mutex_, context.deadline.when());
    }
    ++misses_;
    LAKE_RETURN_IF_ERROR(MakeRoom(bytes));
    entries_[generation] = {.vectors = nullptr, .bytes = bytes, .used = ++asked_};
    bytes_ += bytes;
  }
  Result<CachedVectors> loaded = load();
  Lease vectors = loaded.ok() ? std::make_shared<const CachedVectors>(std::move(*loaded)) : nullptr;
  MutexLock lock(mutex_);
  changed_.NotifyAll();
  if (vectors != nullptr) {
    entries_[generation].vectors = vectors;
    return vectors;
  }
  entries_.erase(generation);
  bytes_ -= bytes;
  return std::move(loaded).error();
}

Status EmbeddingCache::MakeRoom(uint64_t bytes) {
  while (bytes_ + bytes > max_bytes_) {
    auto oldest = entries_.end();
    for (auto entry = entries_.begin(); entry != entries_.end(); ++entry)
      if (!entry->second.pinned() && (oldest == entries_.end() || entry->second.used < oldest->second.used))
        oldest = entry;
    if (oldest == entries_.end())
      return ResourceExhausted(
          "embedding_cache_full",
          "the vectors take {} bytes; {} of the {} that tuning.cache_bytes allows are in use", bytes, bytes_,
          max_bytes_);
    bytes_ -= oldest->second.bytes;
    entries_.erase(oldest);
    ++evictions_;
  }
  return {};
}

EmbeddingCacheStats EmbeddingCache::stats() const {
  MutexLock lock(mutex_);
  EmbeddingCacheStats stats = {.max_bytes = max_bytes_,
                               .bytes = bytes_,
                               .entries = entries_.size(),
                               .hits = hits_,
                               .misses = misses_,
                               .evictions = evictions_};
  for (const auto& [generation, entry] : entries_) stats.pinned += entry.pinned() ? 1 : 0;
  return stats;
}

}  // namespace lake::tuning
