#include "job_table.h"

#include <algorithm>
#include <charconv>
#include <string_view>

namespace lake::jobs {
namespace {

/// The time part of a version 7 UUID: its first 48 bits (RFC 9562, section 5.7).
int64_t MillisOf(const JobId& id) {
  const std::string_view text = id.value();
  int64_t high = 0;
  int64_t low = 0;
  std::from_chars(text.data(), text.data() + 8, high, 16);
  std::from_chars(text.data() + 9, text.data() + 13, low, 16);
  return high << 16 | low;
}

}  // namespace

JobId JobTable::NewId(Timestamp now, RandomSource& random) {
  int64_t unix_ms = 0;
  {
    MutexLock lock(mutex_);
    last_ms_ = std::max(now.micros / 1000, last_ms_ + 1);
    unix_ms = last_ms_;
  }
  return JobId(random.NextUuid(unix_ms));
}

void JobTable::Add(const JobHandle& job) {
  MutexLock lock(mutex_);
  jobs_[job->id()] = job;
  last_ms_ = std::max(last_ms_, MillisOf(job->id()));
}

JobHandle JobTable::Find(const JobId& id) const {
  MutexLock lock(mutex_);
  auto found = jobs_.find(id);
  return found == jobs_.end() ? nullptr : found->second;
}

std::vector<JobHandle> JobTable::List(const JobId& before, size_t limit) const {
  std::vector<JobHandle> page;
  MutexLock lock(mutex_);
  auto next = before.empty() ? jobs_.end() : jobs_.lower_bound(before);
  while (next != jobs_.begin() && page.size() < limit) page.push_back((--next)->second);
  return page;
}

std::vector<JobHandle> JobTable::All() const { return List(JobId(), SIZE_MAX); }

void JobTable::Settle(const JobEntry& job) {
  const Timestamp finished_at = job.Snapshot().finished_at.value_or(Timestamp{});
  MutexLock lock(mutex_);
  settled_.emplace(finished_at, job.id());
}

std::vector<JobId> JobTable::ForgetBeyond(size_t keep) {
  std::vector<JobId> forgotten;
  MutexLock lock(mutex_);
  while (settled_.size() > keep) {
    forgotten.push_back(settled_.begin()->second);
    jobs_.erase(forgotten.back());
    settled_.erase(settled_.begin());
  }
  return forgotten;
}

}  // namespace lake::jobs
