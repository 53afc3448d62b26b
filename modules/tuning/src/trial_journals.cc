#include "lake/tuning/trial_journals.h"

#include <algorithm>
#include <unordered_set>

#include "lake/common/json_io.h"

namespace lake::tuning {
namespace {

constexpr size_t kCompactionThreshold = 4;

std::string PrefixOf(std::string_view index_name) { return fmt::format("_hnsw_trials/{}", index_name); }

/// Behind those that are not newer: as a rule at the end.
void Insert(Trial trial, std::vector<Trial>* trials) {
  const auto place = std::ranges::upper_bound(*trials, trial.created_at, {}, &Trial::created_at);
  trials->insert(place, std::move(trial));
}

}  // namespace

Result<TrialJournals::LogRef> TrialJournals::Open(const Context& context, const Place& place) const {
  LAKE_ASSIGN_OR_RETURN(const std::shared_ptr<storage::ObjectStore> store,
                        buckets_.Find(storage::BucketName(place.first)));
  LAKE_ASSIGN_OR_RETURN(
      std::unique_ptr<storage::AppendLog> log,
      storage::AppendLog::Open(
          context, *store, {.prefix = PrefixOf(place.second), .compaction_threshold = kCompactionThreshold}));
  // The log borrows its store.
  return LogRef(log.release(), [store](storage::AppendLog* closed) { delete closed; });
}

TrialJournals::LogRef TrialJournals::FindWriter(const Place& place) const {
  MutexLock lock(mutex_);
  const auto found = writers_.find(place);
  return found == writers_.end() ? nullptr : found->second;
}

Result<TrialJournals::LogRef> TrialJournals::Writer(const Context& context, const Place& place) {
  if (LogRef writer = FindWriter(place)) return writer;
  LAKE_ASSIGN_OR_RETURN(LogRef opened, Open(context, place));
  MutexLock lock(mutex_);
  // Of two that opened at the same time only the first one writes.
  return writers_.try_emplace(place, std::move(opened)).first->second;
}

Status TrialJournals::Append(const Context& context, const std::string& bucket, const Trial& trial) {
  LAKE_RETURN_IF_ERROR(vector::CheckIndexName(trial.index_name));
  LAKE_ASSIGN_OR_RETURN(const LogRef writer, Writer(context, {bucket, trial.index_name}));
  LAKE_RETURN_IF_ERROR(writer->Append(context, WriteJson(ToJson(trial))));
  return {};
}

Result<TrialJournal> TrialJournals::Read(const Context& context, std::string_view index_name) const {
  LAKE_RETURN_IF_ERROR(vector::CheckIndexName(index_name));
  TrialJournal journal;
  std::unordered_set<std::string> seen;
  for (const storage::BucketName& bucket : buckets_.Names()) {
    const Place place(bucket.value(), index_name);
    LogRef log = FindWriter(place);
    if (log == nullptr) {
      LAKE_ASSIGN_OR_RETURN(log, Open(context, place));
    }
    LAKE_ASSIGN_OR_RETURN(const storage::LogContents contents, log->ReadAll(context));
    uint64_t skipped = contents.skipped_lines;
    for (const storage::LogRecord& record : contents.records) {
      Result<Trial> trial = ReadTrial(record.payload);
      if (!trial.ok())
        ++skipped;
      else if (seen.insert(trial->id).second)  // A job that ran again after a crash may have said it twice.
        Insert(*std::move(trial), &journal.trials);
    }
    journal.skipped_lines += skipped;
    if (skipped > 0)
      log_.Warning("trial_journal_damaged",
                   {{"bucket", bucket.value()}, {"index", index_name}, {"skipped_lines", skipped}});
  }
  return journal;
}

Result<Trial> TrialJournals::Find(const Context& context, std::string_view index_name,
                                  std::string_view trial_id) const {
  LAKE_ASSIGN_OR_RETURN(TrialJournal journal, Read(context, index_name));
  const auto found = std::ranges::find(journal.trials, trial_id, &Trial::id);
  if (found != journal.trials.end() && found->index_name == index_name) return std::move(*found);
  return NotFound("trial_not_found", "index '{}' has no trial '{}'", index_name, trial_id.substr(0, 100));
}

Status TrialJournals::Compact(const Context& context, std::string_view index_name) {
  LAKE_RETURN_IF_ERROR(vector::CheckIndexName(index_name));
  for (const storage::BucketName& bucket : buckets_.Names()) {
    LAKE_ASSIGN_OR_RETURN(const LogRef writer, Writer(context, {bucket.value(), std::string(index_name)}));
    LAKE_RETURN_IF_ERROR(writer->Compact(context));
  }
  return {};
}

}  // namespace lake::tuning
