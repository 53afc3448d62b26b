// KeyClaims: one writer at a time for each key. A claim, unlike a lock, is held across I/O: the mutex inside
// guards only the set of claimed keys.
#pragma once

#include <set>
#include <string>

#include "lake/common/mutex.h"

namespace lake::storage {

class KeyClaims {
 public:
  /// Waits until nobody has `key`.
  void Claim(const std::string& key);
  void Release(const std::string& key);

 private:
  Mutex mutex_;
  CondVar released_;
  std::set<std::string> claimed_ LAKE_GUARDED_BY(mutex_);
};

class KeyClaim {
 public:
  KeyClaim(KeyClaims& claims, const std::string& key) : claims_(claims), key_(key) { claims_.Claim(key_); }
  ~KeyClaim() { claims_.Release(key_); }
  KeyClaim(const KeyClaim&) = delete;
  KeyClaim& operator=(const KeyClaim&) = delete;

 private:
  KeyClaims& claims_;
  const std::string key_;
};

}  // namespace lake::storage
