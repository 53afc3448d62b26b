#include "key_claims.h"

namespace lake::storage {

void KeyClaims::Claim(const std::string& key) {
  MutexLock lock(mutex_);
  while (!claimed_.insert(key).second) released_.Wait(mutex_);
}

void KeyClaims::Release(const std::string& key) {
  MutexLock lock(mutex_);
  claimed_.erase(key);
  released_.NotifyAll();
}

}  // namespace lake::storage
