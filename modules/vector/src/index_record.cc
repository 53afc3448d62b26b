#include "lake/vector/index_record.h"

#include <algorithm>

#include "lake/common/cron.h"
#include "lake/common/fold.h"
#include "lake/common/json_io.h"
#include "lake/common/plain_name.h"

namespace lake::vector {
namespace {

constexpr size_t kMaxNameBytes = 100;

}  // namespace

Status CheckIndexName(std::string_view name) {
  if (IsPlainName(name, kMaxNameBytes)) return {};
  return InvalidArgument("bad_index_name",
                         "an index name has 1 to {} of letters, digits, '_', '-' and '.', and starts with a "
                         "letter or digit",
                         kMaxNameBytes);
}

Result<IndexRecord> FindIndexRecord(const catalog::Snapshot& snapshot, std::string_view name) {
  const std::shared_ptr<const catalog::Entity> entity = snapshot.FindEntity(kIndexKind, Fold(name));
  if (entity == nullptr) return NotFound("index_not_found", "index not found: {}", name.substr(0, 100));
  Result<IndexRecord> record = FromJson<IndexRecord>(entity->document, Reading::kTolerant);
  if (record.ok()) return record;
  return DataLoss("index_damaged", "the record of index '{}' cannot be read", name)
      .WithCause(record.error().ToString());
}

std::vector<IndexRecord> ListIndexRecords(const catalog::Snapshot& snapshot) {
  std::vector<IndexRecord> records;
  for (const auto& entity : snapshot.ListEntities(kIndexKind, "", kMaxIndexes)) {
    Result<IndexRecord> record = FromJson<IndexRecord>(entity->document, Reading::kTolerant);
    if (record.ok()) records.push_back(*std::move(record));
  }
  return records;
}

Status CheckRefreshSettings(const RefreshSettings& settings) {
  constexpr std::string_view kPointer = "/embedding_refresh_cron";
  const bool scheduled = settings.policy == RefreshPolicy::kScheduled;
  if (!scheduled && !settings.cron) return {};
  const std::string_view problem = !scheduled       ? "only the policy 'scheduled' has a cron expression"
                                   : !settings.cron ? "the policy 'scheduled' needs a cron expression"
                                                    : "";
  if (!problem.empty())
    return InvalidArgument("bad_cron", "{}", problem).WithDetail(std::string(kPointer), std::string(problem));
  const Result<CronSchedule> schedule = CronSchedule::Parse(*settings.cron);
  if (schedule.ok()) return {};
  Error error = schedule.error();
  error.AddDetail(std::string(kPointer), error.message());
  return error;
}

HnswConfig OwnConfig(const IndexRecord& record) {
  if (record.config) return *record.config;
  if (record.live) return record.live->config;
  return record.failed ? record.failed->config : HnswConfig{};
}

HnswConfig ConfigToBuild(const IndexRecord& record) {
  const bool promoted = record.promotions && record.promotions->current;
  return promoted ? record.promotions->current->config : OwnConfig(record);
}

bool IsBuiltAsConfigured(const IndexRecord& record) {
  return record.live && BuildSameGraph(record.live->config, ConfigToBuild(record));
}

WalkSettings UsualWalk(const IndexRecord& record) {
  if (record.live && !IsBuiltAsConfigured(record)) return WalkOf(record.live->config);
  return WalkOf(ConfigToBuild(record));
}

std::set<std::string> GenerationIds(const IndexRecord& record) {
  std::set<std::string> ids;
  if (record.live) ids.insert(record.live->id);
  if (record.building) ids.insert(*record.building);
  if (record.failed) ids.insert(record.failed->generation);
  for (const Generation& kept : record.kept) ids.insert(kept.id);
  return ids;
}

bool IsOfWhatAnswers(const CanaryRecall& canary, const IndexRecord& record) {
  return record.live && record.promotions && record.promotions->current && IsBuiltAsConfigured(record) &&
         canary.trial_id == record.promotions->current->trial_id &&
         canary.promoted_at == record.promotions->current->promoted_at &&
         canary.generation == record.live->id && canary.ef_search == UsualWalk(record).ef_search;
}

bool NeedsCanary(const IndexRecord& record) {
  const bool answers = record.promotions && record.promotions->current && IsBuiltAsConfigured(record);
  return answers && record.live->recall && !(record.canary && IsOfWhatAnswers(*record.canary, record));
}

const Generation* FindGeneration(const IndexRecord& record, std::string_view id) {
  if (record.live && record.live->id == id) return &*record.live;
  const auto found = std::ranges::find(record.kept, id, &Generation::id);
  return found == record.kept.end() ? nullptr : &*found;
}

Status CheckIndexDocument(const JsonValue& document, const catalog::Entity*) {
  LAKE_ASSIGN_OR_RETURN(const IndexRecord record, FromJson<IndexRecord>(document, Reading::kTolerant));
  LAKE_RETURN_IF_ERROR(CheckIndexName(record.name));
  LAKE_RETURN_IF_ERROR(CheckRefreshSettings(record.refresh));
  const bool too_many = record.kept.size() > kMaxKeptGenerations ||
                        (record.promotions && record.promotions->history.size() > kMaxFormerPromotions);
  if (too_many) return InvalidArgument("bad_index", "an index keeps more than it may");
  if (record.live || record.building || record.failed) return {};
  return InvalidArgument("bad_index", "an index has a generation, is getting one or failed to");
}

}  // namespace lake::vector
