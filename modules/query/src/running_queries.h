// The queries that run: for lists, for cancelling, and for stopping what rights no longer cover.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "admission.h"
#include "lake/common/mutex.h"
#include "lake/query/query_service.h"

namespace lake::query {

/// What the registry of running queries knows of one; shared with the query itself.
struct RunningEntry {
  QueryId id;
  access::Principal caller;
  catalog::Version version;  // Of its snapshot.
  Timestamp started_at;
  CancelSource cancel;
  engine::Session* session =
      nullptr;  // Guarded by the registry's mutex; null before it runs and after it ended.
};

/// Any thread.
class RunningQueries {
 public:
  void Add(std::shared_ptr<RunningEntry> entry) LAKE_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    for (const access::RightsChange& change : changes_)
      if (Concerns(change, *entry)) entry->cancel.Cancel("rights_changed");
    entries_.emplace(entry->id, std::move(entry));
  }
  void Apply(const access::RightsChange& change) LAKE_EXCLUDES(mutex_) {
    std::vector<std::shared_ptr<RunningEntry>> concerned;
    {
      MutexLock lock(mutex_);
      changes_.push_back(change);
      if (changes_.size() > kRememberedChanges) changes_.pop_front();
      for (const auto& [id, entry] : entries_)
        if (Concerns(change, *entry)) concerned.push_back(entry);
    }
    for (const auto& entry : concerned) entry->cancel.Cancel("rights_changed");
  }
  void SetSession(RunningEntry& entry, engine::Session* session) LAKE_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    entry.session = session;
  }
  void Remove(const QueryId& id) LAKE_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    entries_.erase(id);
  }
  std::shared_ptr<RunningEntry> Find(const QueryId& id) LAKE_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    auto found = entries_.find(id);
    return found == entries_.end() ? nullptr : found->second;
  }
  /// progress() neither blocks nor calls back, so it may run under the lock that keeps the session alive.
  std::vector<QueryInfo> List() LAKE_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    std::vector<QueryInfo> infos;
    for (const auto& [id, entry] : entries_) {
      QueryInfo info{.id = id, .caller = entry->caller.name, .started_at = entry->started_at, .progress = {}};
      if (entry->session != nullptr) info.progress = entry->session->progress();
      infos.push_back(std::move(info));
    }
    return infos;
  }

 private:
  /// A request authenticated before a change registers its query within moments of it.
  static constexpr size_t kRememberedChanges = 1000;

  static bool Concerns(const access::RightsChange& change, const RunningEntry& entry) {
    if (entry.version >= change.version) return false;
    return change.caller.empty() ? entry.caller.role == change.role : entry.caller.name == change.caller;
  }

  Mutex mutex_;
  std::map<QueryId, std::shared_ptr<RunningEntry>> entries_ LAKE_GUARDED_BY(mutex_);
  std::deque<access::RightsChange> changes_ LAKE_GUARDED_BY(mutex_);
};

/// Holds a slot and a place in the registry for as long as it lives. One thread at a time.
class Ticket {
 public:
  Ticket(Admission& admission, RunningQueries& registry, std::shared_ptr<RunningEntry> entry)
      : admission_(admission), registry_(registry), entry_(std::move(entry)) {
    registry_.Add(entry_);
  }
  ~Ticket() {
    registry_.Remove(entry_->id);
    if (holds_slot_) admission_.Release();
  }
  Ticket(const Ticket&) = delete;
  Ticket& operator=(const Ticket&) = delete;

  RunningEntry& entry() { return *entry_; }
  RunningQueries& registry() { return registry_; }

  /// Lends the slot out while `work` runs, for what it waits for may be a statement itself: with every slot
  /// held by one that waits, none of them would ever go on. Errors: those of `work`, and of Acquire.
  Status WithoutSlot(const Context& context, const std::function<Status()>& work) {
    admission_.Release();
    holds_slot_ = false;
    LAKE_RETURN_IF_ERROR(work());
    LAKE_RETURN_IF_ERROR(admission_.Acquire(context));
    holds_slot_ = true;
    return {};
  }

 private:
  bool holds_slot_ = true;
  Admission& admission_;
  RunningQueries& registry_;
  std::shared_ptr<RunningEntry> entry_;
};

}  // namespace lake::query
