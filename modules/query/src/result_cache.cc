#include "result_cache.h"

#include <utility>

namespace lake::query {

std::shared_ptr<const KeptAnswer> ResultCache::Find(const std::string& key) {
  MutexLock lock(mutex_);
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return nullptr;
  entries_.splice(entries_.begin(), entries_, found->second);
  return found->second->answer;
}

void ResultCache::Put(const std::string& key, KeptAnswer answer) {
  if (answer.body.size() > max_answer_bytes()) return;
  answer.body.shrink_to_fit();
  Entry entry = {.key = key, .answer = std::make_shared<const KeptAnswer>(std::move(answer))};
  MutexLock lock(mutex_);
  if (by_key_.contains(key)) return;
  bytes_ += entry.bytes();
  entries_.push_front(std::move(entry));
  by_key_.emplace(entries_.front().key, entries_.begin());
  while (bytes_ > max_bytes_) {
    bytes_ -= entries_.back().bytes();
    by_key_.erase(entries_.back().key);
    entries_.pop_back();
  }
}

}  // namespace lake::query
