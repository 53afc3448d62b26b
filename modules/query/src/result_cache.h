// Answers that were given, by their keys (answer_key.h). The key says everything an answer depends on, so
// none grows stale: what is no longer asked for falls out when there is no room.
#pragma once

#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "lake/common/mutex.h"
#include "lake/query/query_service.h"

namespace lake::query {

/// Any thread.
class ResultCache {
 public:
  /// 0 keeps nothing.
  explicit ResultCache(uint64_t max_bytes) : max_bytes_(max_bytes) {}

  /// One answer must not throw out all others.
  size_t max_answer_bytes() const { return max_bytes_ / 16; }
  /// Null when there is none.
  std::shared_ptr<const KeptAnswer> Find(const std::string& key) LAKE_EXCLUDES(mutex_);
  /// No more than max_answer_bytes(). The first answer to a question stays.
  void Put(const std::string& key, KeptAnswer answer) LAKE_EXCLUDES(mutex_);

 private:
  struct Entry {
    std::string key;
    std::shared_ptr<const KeptAnswer> answer;
    size_t bytes() const { return kOverheadBytes + answer->body.size(); }
  };
  static constexpr size_t kOverheadBytes = 512;  // Key, list and map nodes, allocations.

  const uint64_t max_bytes_;
  Mutex mutex_;
  std::list<Entry> entries_ LAKE_GUARDED_BY(mutex_);  // Most recently asked for first.
  std::unordered_map<std::string_view, std::list<Entry>::iterator> by_key_ LAKE_GUARDED_BY(mutex_);
  uint64_t bytes_ LAKE_GUARDED_BY(mutex_) = 0;
};

}  // namespace lake::query
