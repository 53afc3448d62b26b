// JobTable: the jobs in memory by id, and the order in which finished ones are forgotten. Any thread.
#pragma once

#include <map>
#include <set>
#include <utility>
#include <vector>

#include "job_entry.h"
#include "lake/common/clock.h"
#include "lake/common/mutex.h"
#include "lake/common/random.h"

namespace lake::jobs {

class JobTable {
 public:
  /// An id greater than every id before it, also when the clock steps back: ids are the order of acceptance.
  /// More than one in a millisecond makes their time part run ahead of the clock.
  JobId NewId(Timestamp now, RandomSource& random);

  void Add(const JobHandle& job);
  JobHandle Find(const JobId& id) const;  ///< Null when there is none.
  /// Newest first, those before `before` when it is not empty.
  std::vector<JobHandle> List(const JobId& before, size_t limit) const;
  std::vector<JobHandle> All() const;

  /// Nothing more will be stored about this finished job: it may be forgotten.
  void Settle(const JobEntry& job);
  /// Forgets the settled jobs beyond the `keep` that finished last, and names them.
  std::vector<JobId> ForgetBeyond(size_t keep);

 private:
  mutable Mutex mutex_;
  std::map<JobId, JobHandle> jobs_ LAKE_GUARDED_BY(mutex_);
  std::set<std::pair<Timestamp, JobId>> settled_ LAKE_GUARDED_BY(mutex_);
  int64_t last_ms_ LAKE_GUARDED_BY(mutex_) = 0;
};

}  // namespace lake::jobs
