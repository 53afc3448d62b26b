#include "lake/jobs/job_attempts.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace lake::jobs {
namespace {

constexpr std::chrono::minutes kFirstPause{1};
constexpr std::chrono::minutes kLongestPause{60};

}  // namespace

void JobAttempts::Settle() {
  for (auto entry = attempts_.begin(); entry != attempts_.end();)
    entry = Settled(&entry->second) ? attempts_.erase(entry) : std::next(entry);
}

bool JobAttempts::Settled(Attempt* attempt) const {
  if (!attempt->job) return false;
  const Result<Job> job = jobs_.Find(*attempt->job);
  if (job.ok() && !job->finished()) return false;
  attempt->job.reset();
  if (!job.ok() || job->state == JobState::kSucceeded) return true;
  Postpone(attempt);
  return false;
}

bool JobAttempts::MayTry(const std::string& key) const {
  const auto attempt = attempts_.find(key);
  return attempt == attempts_.end() || (!attempt->second.job && clock_.Now() >= attempt->second.not_before);
}

void JobAttempts::Submitted(const std::string& key, JobId job) { attempts_[key].job = std::move(job); }

void JobAttempts::Forget(const std::function<bool(const std::string& key)>& unneeded) {
  std::erase_if(attempts_, [&](const auto& entry) { return !entry.second.job && unneeded(entry.first); });
}

void JobAttempts::Postpone(Attempt* attempt) const {
  attempt->pause = std::clamp(attempt->pause * 2, kFirstPause, kLongestPause);
  attempt->not_before = {clock_.Now().micros + std::chrono::microseconds(attempt->pause).count()};
}

}  // namespace lake::jobs
