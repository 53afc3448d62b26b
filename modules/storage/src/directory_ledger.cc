#include "directory_ledger.h"

#include "object_path.h"

namespace lake::storage {

bool DirectoryLedger::AnyRemoving(const std::string& key) const {
  if (removing_.empty()) return false;
  for (std::string directory = ParentOf(key); !directory.empty(); directory = ParentOf(directory)) {
    if (removing_.contains(directory)) return true;
  }
  return false;
}

void DirectoryLedger::Enter(const std::string& key) {
  MutexLock lock(mutex_);
  while (AnyRemoving(key)) removed_.Wait(mutex_);
  for (std::string directory = ParentOf(key); !directory.empty(); directory = ParentOf(directory)) {
    ++users_[directory];
  }
}

void DirectoryLedger::Leave(const std::string& key) {
  MutexLock lock(mutex_);
  for (std::string directory = ParentOf(key); !directory.empty(); directory = ParentOf(directory)) {
    const auto user = users_.find(directory);
    if (--user->second == 0) users_.erase(user);
  }
}

bool DirectoryLedger::BeginRemoval(const std::string& directory) {
  MutexLock lock(mutex_);
  if (users_.contains(directory) || suspects_.contains(directory)) return false;
  return removing_.insert(directory).second;
}

void DirectoryLedger::EndRemoval(const std::string& directory, Removal outcome) {
  MutexLock lock(mutex_);
  removing_.erase(directory);
  if (outcome == Removal::kDone) fresh_.erase(directory);
  removed_.NotifyAll();
}

void DirectoryLedger::BeginMaking(const std::string& directory) {
  MutexLock lock(mutex_);
  Freshness& fresh = fresh_[directory];
  ++fresh.in_flight;
  fresh.epoch = next_epoch_++;
}

void DirectoryLedger::EndMaking(const std::string& directory, Making outcome) {
  MutexLock lock(mutex_);
  const auto fresh = fresh_.find(directory);
  --fresh->second.in_flight;
  fresh->second.made |= outcome == Making::kDone;
  fresh->second.epoch = next_epoch_++;
  if (fresh->second.in_flight == 0 && !fresh->second.made) fresh_.erase(fresh);
}

std::optional<DirectoryLedger::Epoch> DirectoryLedger::Fresh(const std::string& directory) const {
  MutexLock lock(mutex_);
  const auto found = fresh_.find(directory);
  if (found == fresh_.end()) return std::nullopt;
  return found->second.epoch;
}

void DirectoryLedger::ClearFresh(const std::string& directory, Epoch seen) {
  MutexLock lock(mutex_);
  const auto found = fresh_.find(directory);
  if (found != fresh_.end() && found->second.in_flight == 0 && found->second.epoch == seen)
    fresh_.erase(found);
}

void DirectoryLedger::MarkSuspect(const std::string& directory) {
  MutexLock lock(mutex_);
  suspects_[directory] = next_epoch_++;
  suspect_count_ = suspects_.size();
}

std::vector<DirectoryLedger::Suspect> DirectoryLedger::SuspectsAbove(const std::string& key) const {
  std::vector<Suspect> found;
  if (suspect_count_ == 0) return found;
  MutexLock lock(mutex_);
  for (std::string directory = ParentOf(key);; directory = ParentOf(directory)) {
    const auto suspect = suspects_.find(directory);
    if (suspect != suspects_.end()) found.push_back({directory, suspect->second});
    if (directory.empty()) return found;
  }
}

std::vector<DirectoryLedger::Suspect> DirectoryLedger::AllSuspects() const {
  std::vector<Suspect> found;
  if (suspect_count_ == 0) return found;
  MutexLock lock(mutex_);
  for (const auto& [directory, epoch] : suspects_) found.push_back({directory, epoch});
  return found;
}

void DirectoryLedger::ClearSuspect(const Suspect& suspect) {
  MutexLock lock(mutex_);
  const auto found = suspects_.find(suspect.directory);
  if (found != suspects_.end() && found->second == suspect.seen) suspects_.erase(found);
  suspect_count_ = suspects_.size();
}

bool DirectoryLedger::in_doubt() const {
  MutexLock lock(mutex_);
  return !suspects_.empty() || !fresh_.empty();
}

}  // namespace lake::storage
