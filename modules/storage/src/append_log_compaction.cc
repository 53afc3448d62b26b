#include "append_log_compaction.h"

#include <algorithm>

namespace lake::storage {
namespace {

// A merged object this large is left alone from then on, which bounds what one compaction rewrites.
constexpr uint64_t kSealedBytes = 1u << 20;
// One round holds its sources in memory.
constexpr uint64_t kMaxRoundBytes = 32u << 20;
// A round that merges nothing met a merged object whose put was reported as failed; the next one sees it in
// the list.
constexpr int kMaxIdleRounds = 2;

struct Plan {
  std::vector<LogObject> sources;  // the newest merged object if it is small, earlier formats, batches
  uint64_t first = 0;
  uint64_t last = 0;
  size_t batches = 0;
  LogObjectBody body;
};

Status DeleteAll(const Context& context, ObjectStore& store, const std::vector<LogObject>& objects) {
  for (const LogObject& object : objects) LAKE_RETURN_IF_ERROR(store.Delete(context, object.key));
  return {};
}

/// Deletes what a compaction that died left behind.
Status DeleteLeftovers(const Context& context, const AppendLogObjects& objects, LogListing* listing) {
  LAKE_RETURN_IF_ERROR(DeleteAll(context, objects.store(), listing->superseded));
  if (listing->earlier.empty()) return {};
  std::vector<ReplacedObject> replaced;
  for (const LogObject& merged : listing->merged) {
    LAKE_ASSIGN_OR_RETURN(const AppendLogObjects::Loaded loaded, objects.Load(context, merged.key));
    replaced.insert(replaced.end(), loaded.body.replaces.begin(), loaded.body.replaces.end());
  }
  std::vector<LogObject> left;
  for (LogObject& earlier : listing->earlier) {
    LAKE_ASSIGN_OR_RETURN(const AppendLogObjects::Loaded loaded, objects.Load(context, earlier.key));
    if (std::ranges::find(replaced, loaded.identity) == replaced.end()) {
      left.push_back(std::move(earlier));
    } else {
      LAKE_RETURN_IF_ERROR(objects.store().Delete(context, earlier.key));
    }
  }
  listing->earlier = std::move(left);
  return {};
}

/// What one round merges; without sources when there is nothing to do.
Plan Choose(const LogListing& listing) {
  Plan plan;
  // Earlier formats alone get a merged object only as the first one: its key says 0, and a second such key,
  // or one inside a sealed object's range, would be taken for a leftover.
  if (listing.batches.empty() && (listing.earlier.empty() || !listing.merged.empty())) return plan;
  const bool extends = !listing.merged.empty() && listing.merged.back().size < kSealedBytes;
  if (extends) plan.sources.push_back(listing.merged.back());
  plan.sources.insert(plan.sources.end(), listing.earlier.begin(), listing.earlier.end());
  uint64_t bytes = 0;
  for (const LogObject& source : plan.sources) bytes += source.size;
  for (const LogObject& batch : listing.batches) {
    if (plan.batches > 0 && bytes + batch.size > kMaxRoundBytes) break;
    bytes += batch.size;
    plan.sources.push_back(batch);
    ++plan.batches;
  }
  if (extends) {
    plan.first = listing.merged.back().first;
  } else if (!listing.merged.empty() || listing.earlier.empty()) {
    plan.first = listing.batches.front().first;
  }
  return plan;
}

Status LoadSources(const Context& context, const AppendLogObjects& objects, Plan* plan) {
  plan->last = plan->first;
  for (const LogObject& source : plan->sources) {
    LAKE_ASSIGN_OR_RETURN(AppendLogObjects::Loaded loaded, objects.Load(context, source.key));
    LogObjectBody& body = loaded.body;
    // Never more than what is proven to be inside: a batch beyond would be taken for merged.
    plan->last = std::max({plan->last, source.last, LastIntact(body, source.first)});
    std::ranges::move(body.records, std::back_inserter(plan->body.records));
    std::ranges::move(body.damaged, std::back_inserter(plan->body.damaged));
    if (source.kind == LogObjectKind::kEarlier) plan->body.replaces.push_back(loaded.identity);
  }
  return {};
}

/// One round. Gives the number of batches merged, and whether batches are left.
struct Round {
  size_t merged = 0;
  bool is_done = false;
};
Result<Round> MergeOnce(const Context& context, const AppendLogObjects& objects) {
  LAKE_ASSIGN_OR_RETURN(LogListing listing, objects.List(context));
  LAKE_RETURN_IF_ERROR(DeleteLeftovers(context, objects, &listing));
  Plan plan = Choose(listing);
  if (plan.sources.empty()) return Round{.is_done = true};
  LAKE_RETURN_IF_ERROR(LoadSources(context, objects, &plan));
  const ObjectKey key = objects.MergedKey(plan.first, plan.last);
  Result<Etag> put = objects.store().Put(context, key, EncodeLogObject(plan.body), IfAbsent{});
  if (!put.ok() && put.error().Is("object_exists")) return Round{};
  if (!put.ok()) return std::move(put).error();
  LAKE_RETURN_IF_ERROR(DeleteAll(context, objects.store(), plan.sources));
  return Round{.merged = plan.batches, .is_done = plan.batches == listing.batches.size()};
}

}  // namespace

Result<size_t> CompactLog(const Context& context, const AppendLogObjects& objects) {
  size_t merged = 0;
  for (int idle = 0; idle < kMaxIdleRounds;) {
    LAKE_RETURN_IF_ERROR(context.CheckAlive());
    LAKE_ASSIGN_OR_RETURN(const Round round, MergeOnce(context, objects));
    merged += round.merged;
    if (round.is_done) return merged;
    idle = round.merged == 0 ? idle + 1 : 0;
  }
  return Aborted("compaction_conflict", "another compaction of this log is under way");
}

}  // namespace lake::storage
