#include "lake/vector/refresh_policies.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "lake/common/cron.h"
#include "lake/common/fold.h"
#include "lake/common/json_io.h"
#include "lake/vector/freshness.h"

namespace lake::vector {
namespace {

using std::chrono::steady_clock;

constexpr size_t kMaxIndexes = 10'000;
constexpr std::chrono::seconds kTick{1};  // A schedule is followed this closely.
constexpr std::chrono::minutes kFirstPause{1};
constexpr std::chrono::minutes kLongestPause{60};

/// What goes on with one index.
struct Attempt {
  std::optional<jobs::JobId> job;  ///< That runs.
  std::chrono::minutes pause{0};   ///< After the next failure; doubled by each.
  steady_clock::time_point not_before;
};

class Runner final : public RefreshPolicies {
 public:
  explicit Runner(const RefreshPoliciesParts& parts) : parts_(parts) {
    thread_ = std::thread([this] { Run(); });
  }
  ~Runner() override {
    stop_.Cancel("shutdown");
    thread_.join();
  }

 private:
  void Run() {
    while (!stop_.token().cancelled()) {
      Settle();  // Before the snapshot, so that it has what they left.
      const catalog::SnapshotRef snapshot = parts_.catalog.snapshot();
      Look(*snapshot);
      parts_.indexes.RemoveReplaced();
      const Context until_tick = {.deadline = Deadline::After(kTick), .cancel = stop_.token()};
      (void)parts_.catalog.WaitForCommit(until_tick, snapshot->version()).ok();
    }
  }

  void Look(const catalog::Snapshot& snapshot) {
    const Timestamp now = parts_.clock.Now();
    if (snapshot.version() != seen_) {
      seen_ = snapshot.version();
      records_ = Followed(snapshot);
    }
    for (const IndexRecord& record : records_)
      if (IsDue(record, now) && MayTry(record)) Submit(record);
    looked_ = now;
  }

  /// Those that have a policy and are behind.
  static std::vector<IndexRecord> Followed(const catalog::Snapshot& snapshot) {
    std::vector<IndexRecord> records;
    for (const auto& entity : snapshot.ListEntities(kIndexKind, "", kMaxIndexes)) {
      Result<IndexRecord> record = FromJson<IndexRecord>(entity->document, Reading::kTolerant);
      const bool follows = record.ok() && record->refresh.policy != RefreshPolicy::kManual && record->live &&
                           !record->building;
      if (!follows) continue;
      const auto dataset = snapshot.FindDataset(catalog::DatasetId(record->source));
      const bool behind =
          dataset != nullptr && !dataset->dropped && IsStale(*dataset, *record->live, snapshot.version());
      if (behind) records.push_back(*std::move(record));
    }
    return records;
  }

  bool IsDue(const IndexRecord& record, Timestamp now) const {
    if (record.refresh.policy == RefreshPolicy::kOnAppend) return true;
    const Result<CronSchedule> schedule = CronSchedule::Parse(record.refresh.cron.value_or(""));
    if (!schedule.ok()) return false;  // It was checked when it was set.
    // Failed at its time: it is tried again without waiting for the next.
    if (attempts_.contains(Fold(record.name))) return true;
    const std::optional<Timestamp> next = schedule->NextAfter(looked_.value_or(record.live->created_at));
    return next && *next <= now;
  }

  /// Not while a job of ours runs, nor soon after one failed.
  bool MayTry(const IndexRecord& record) const {
    const auto attempt = attempts_.find(Fold(record.name));
    return attempt == attempts_.end() ||
           (!attempt->second.job && steady_clock::now() >= attempt->second.not_before);
  }

  /// Looks how what was submitted ended.
  void Settle() {
    for (auto entry = attempts_.begin(); entry != attempts_.end();)
      entry = Settled(&entry->second) ? attempts_.erase(entry) : std::next(entry);
  }

  bool Settled(Attempt* attempt) const {
    if (!attempt->job) return false;
    const Result<jobs::Job> job = parts_.jobs.Find(*attempt->job);
    if (job.ok() && !job->finished()) return false;
    attempt->job.reset();
    if (!job.ok() || job->state == jobs::JobState::kSucceeded) return true;
    Postpone(attempt);
    return false;
  }

  void Submit(const IndexRecord& record) {
    Attempt& attempt = attempts_[Fold(record.name)];
    const Context context = {.cancel = stop_.token()};
    Result<JsonValue> payload = parts_.indexes.PrepareRefreshByPolicy(context, record.name);
    Result<jobs::Job> job = payload.ok() ? parts_.jobs.Submit(context, std::string(kRefreshJob),
                                                              "refresh-policy", std::move(*payload))
                                         : Result<jobs::Job>(std::move(payload).error());
    if (job.ok()) {
      attempt.job = job->id;
      return;
    }
    if (stop_.token().cancelled()) return;
    parts_.log.Warning("refresh_not_started", {{"index", record.name}, {"error", job.error().ToString()}});
    Postpone(&attempt);
  }

  static void Postpone(Attempt* attempt) {
    attempt->pause = std::clamp(attempt->pause * 2, kFirstPause, kLongestPause);
    attempt->not_before = steady_clock::now() + attempt->pause;
  }

  const RefreshPoliciesParts parts_;
  CancelSource stop_;
  std::optional<catalog::Version> seen_;
  std::vector<IndexRecord> records_;         ///< As of `seen_`.
  std::optional<Timestamp> looked_;          ///< When schedules were looked at last.
  std::map<std::string, Attempt> attempts_;  ///< By folded name.
  std::thread thread_;                       ///< Uses the rest.
};

}  // namespace

std::unique_ptr<RefreshPolicies> RefreshPolicies::Start(const RefreshPoliciesParts& parts) {
  return std::make_unique<Runner>(parts);
}

}  // namespace lake::vector
