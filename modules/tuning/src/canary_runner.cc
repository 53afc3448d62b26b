#include "canary_runner.h"

#include <algorithm>
#include <utility>

#include "lake/catalog/commit_follower.h"
#include "lake/common/json_io.h"

namespace lake::tuning {
namespace {

constexpr const char* kActor = "canary";
/// What failed is tried again after minutes: nothing is due that soon after a commit.
constexpr std::chrono::seconds kCanaryTick{10};

std::vector<std::string> Needing(const catalog::Snapshot& snapshot) {
  std::vector<std::string> names;
  for (const auto& entity : snapshot.ListEntities(vector::kIndexKind, "", vector::kMaxIndexes)) {
    if (entity->document.Find("promotions") == nullptr) continue;  // As nearly all are: not read whole.
    const auto record = FromJson<vector::IndexRecord>(entity->document, Reading::kTolerant);
    if (record.ok() && NeedsCanary(*record)) names.push_back(record->name);
  }
  return names;
}

class Watch final : public CanaryWatch {
 public:
  explicit Watch(const CanaryWatchParts& parts)
      : runner_(parts), follower_(parts.catalog, kCanaryTick, [this](const Context& context) {
          return runner_.Look(context);
        }) {}

 private:
  CanaryRunner runner_;
  catalog::CommitFollower follower_;  ///< Uses the rest.
};

}  // namespace

catalog::Version CanaryRunner::Look(const Context& context) {
  attempts_.Settle();  // Before the snapshot, so that it has what they left.
  const catalog::SnapshotRef snapshot = parts_.catalog.snapshot();
  if (snapshot->version() != seen_) {
    seen_ = snapshot->version();
    needing_ = Needing(*snapshot);
    attempts_.Forget(
        [this](const std::string& name) { return std::ranges::find(needing_, name) == needing_.end(); });
  }
  for (const std::string& name : needing_)
    if (attempts_.MayTry(name)) Submit(context, name);
  return *seen_;
}

void CanaryRunner::Submit(const Context& context, const std::string& index_name) {
  Result<jobs::Job> job =
      parts_.jobs.Submit(context, std::string(kCanaryJob), kActor, CanaryService::Payload(index_name));
  if (job.ok()) return attempts_.Submitted(index_name, job->id);
  attempts_.Failed(index_name);
  if (!context.cancel.cancelled())
    parts_.log.Warning("canary_not_started", {{"index", index_name}, {"error", job.error().ToString()}});
}

std::unique_ptr<CanaryWatch> CanaryWatch::Start(const CanaryWatchParts& parts) {
  return std::make_unique<Watch>(parts);
}

}  // namespace lake::tuning
