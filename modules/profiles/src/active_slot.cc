#include "lake/profiles/active_slot.h"

#include <utility>

#include "lake/common/fold.h"

namespace lake::profiles {

Result<std::optional<ActiveProfile>> ActiveSlot::Begin() {
  MutexLock lock(mutex_);
  if (changing_)
    return Aborted("activation_running", "a profile is being activated or deactivated; wait for that");
  changing_ = true;
  return active_;
}

void ActiveSlot::Clear() {
  WarmIndexes closed;  // Outside of the lock: closing takes a while.
  MutexLock lock(mutex_);
  active_.reset();
  closed.swap(warm_);
}

void ActiveSlot::Set(ActiveProfile profile, WarmIndexes warm) {
  MutexLock lock(mutex_);
  active_ = std::move(profile);
  warm_.swap(warm);
}

void ActiveSlot::End() {
  MutexLock lock(mutex_);
  changing_ = false;
}

std::optional<ActiveProfile> ActiveSlot::active() const {
  MutexLock lock(mutex_);
  return active_;
}

std::vector<std::string> ActiveSlot::warm_names() const {
  MutexLock lock(mutex_);
  std::vector<std::string> names;
  for (const auto& [name, index] : warm_) names.push_back(name);
  return names;
}

std::shared_ptr<vector::OpenIndex> ActiveSlot::FindWarm(const std::string& profile,
                                                        const std::string& index) const {
  MutexLock lock(mutex_);
  if (!IsActive(profile)) return nullptr;
  const auto found = warm_.find(index);
  return found == warm_.end() ? nullptr : found->second;
}

uint64_t ActiveSlot::BytesBeside(const std::string& index) const {
  MutexLock lock(mutex_);
  uint64_t bytes = 0;
  for (const auto& [name, kept] : warm_)
    if (name != index) bytes += kept->generation().segment.bytes;
  return bytes;
}

void ActiveSlot::Renew(const std::string& profile, const std::string& index,
                       std::shared_ptr<vector::OpenIndex> opened) {
  MutexLock lock(mutex_);
  const auto found = warm_.find(index);
  if (IsActive(profile) && found != warm_.end()) found->second.swap(opened);
}

bool ActiveSlot::IsActive(const std::string& profile) const {
  return active_ && Fold(active_->id) == profile;
}

}  // namespace lake::profiles
