// The journals of trials, one an index: append logs below `_hnsw_trials/<index name>` in the index's bucket.
// What was appended is durable; reading takes what every bucket has of the index, so that an index which
// moved keeps its trials. Page: docs/formats/trial.md.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lake/common/context.h"
#include "lake/common/log.h"
#include "lake/common/mutex.h"
#include "lake/common/result.h"
#include "lake/storage/append_log.h"
#include "lake/storage/bucket_registry.h"
#include "lake/tuning/trial.h"

namespace lake::tuning {

/// The trials of one index.
struct TrialJournal {
  std::vector<Trial> trials;   ///< The oldest first, each once.
  uint64_t skipped_lines = 0;  ///< That are damaged or no trial.
};

/// Any thread. One at a time in the processes that share the buckets.
class TrialJournals {
 public:
  /// The references must outlive it.
  TrialJournals(const storage::BucketRegistry& buckets, Log& log) : buckets_(buckets), log_(log) {}

  /// Durable on ok. Errors: not_found/bucket_not_found, those of storage::AppendLog::Append.
  Status Append(const Context& context, const std::string& bucket, const Trial& trial);

  /// Empty when there is none. Errors: invalid_argument/bad_index_name, those of the stores.
  Result<TrialJournal> Read(const Context& context, std::string_view index_name) const;
  /// Errors: not_found/trial_not_found, also when it is one of another index; Read's.
  Result<Trial> Find(const Context& context, std::string_view index_name, std::string_view trial_id) const;

  /// Merges the batches of each bucket into few objects. Errors: Read's.
  Status Compact(const Context& context, std::string_view index_name);

 private:
  using LogRef = std::shared_ptr<storage::AppendLog>;
  using Place = std::pair<std::string, std::string>;  ///< Bucket and index.

  Result<LogRef> Open(const Context& context, const Place& place) const;
  /// The one that writes there.
  Result<LogRef> Writer(const Context& context, const Place& place) LAKE_EXCLUDES(mutex_);
  LogRef FindWriter(const Place& place) const LAKE_EXCLUDES(mutex_);

  const storage::BucketRegistry& buckets_;
  Log& log_;
  mutable Mutex mutex_;
  std::map<Place, LogRef> writers_ LAKE_GUARDED_BY(mutex_);  ///< At most one for each index that has trials.
};

}  // namespace lake::tuning
