// JobFiles: the job records in the store. Any thread; the caller sees to it that one record has one writer at
// a time.
#pragma once

#include <vector>

#include "job_record.h"
#include "lake/common/context.h"
#include "lake/common/log.h"
#include "lake/common/result.h"
#include "lake/storage/object_store.h"

namespace lake::jobs {

class JobFiles {
 public:
  JobFiles(storage::ObjectStore& store, Log& log) : store_(store), log_(log) {}

  struct Loaded {
    std::vector<JobRecord> records;  ///< Ascending by id.
    size_t unreadable = 0;
  };
  /// A file that cannot be read is counted, logged and left alone: it may be a later version's. Errors: those
  /// of List; cancelled, deadline_exceeded.
  Result<Loaded> LoadAll(const Context& context);
  Status Create(const Context& context, const JobRecord& record);
  /// Within a time limit of its own: the end of a job must not get lost with the patience of a caller.
  Status Replace(const JobRecord& record);
  /// Best effort: a file that stays is loaded at the next start, and pruned then.
  void Remove(const JobId& id);

 private:
  storage::ObjectStore& store_;
  Log& log_;
};

}  // namespace lake::jobs
