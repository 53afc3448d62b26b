// AppendLog: write-once batches of records under one key prefix. A record is acknowledged only after the
// object that holds its batch is put; concurrent appends share one batch (group commit). Layout:
// docs/formats/append-log.md.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lake/common/context.h"
#include "lake/common/result.h"
#include "lake/storage/object_store.h"

namespace lake::storage {

struct AppendLogOptions {
  std::string prefix;                  ///< Key prefix without trailing '/', e.g. "_errors/bucket_errors".
  size_t compaction_threshold = 4;     ///< Unmerged batches before Append compacts; never delays durability.
  size_t max_record_bytes = 1u << 20;  ///< A record is one line of JSON, not a file.
  size_t max_batch_records = 4096;     ///< Bounds the memory of one group commit, with its 8 MiB.
};

struct LogRecord {
  uint64_t sequence = 0;  ///< From 1, without gaps among intact records; 0 in a record of an earlier format.
  std::string payload;    ///< One JSON document without line ends.
};

struct LogContents {
  std::vector<LogRecord> records;  ///< Ascending by sequence, those of earlier formats first.
  uint64_t skipped_lines = 0;      ///< Malformed or damaged lines, said in `warnings`.
  std::vector<std::string> warnings;
};

/// Any thread. One AppendLog at a time writes under a prefix.
class AppendLog {
 public:
  /// Looks at the existing batches to find the next sequence. `store` must outlive the log, and the log its
  /// calls. Errors: those of the store; invalid_argument/bad_object_key; failed_precondition/newer_format.
  static Result<std::unique_ptr<AppendLog>> Open(const Context& context, ObjectStore& store,
                                                 AppendLogOptions options);
  virtual ~AppendLog() = default;

  /// Durable on ok; gives the record's sequence. The thread that writes the batch is one of the appenders: it
  /// works until the latest deadline among them, and afterwards compacts when the threshold is reached.
  /// Errors: invalid_argument/bad_record, those of Put; unavailable/outcome_unknown also when the caller gave
  /// up while the batch was on its way.
  virtual Result<uint64_t> Append(const Context& context, std::string_view payload) = 0;
  /// Merges all batches into the newest merged object (or a new one when that is large), then deletes what
  /// was merged. It may stop at any point, or be killed: nothing is lost and nothing doubled, and the next
  /// one goes on.
  virtual Status Compact(const Context& context) = 0;
  /// Errors: those of the store; failed_precondition/newer_format; unavailable/log_changing when compactions
  /// kept overtaking the read.
  virtual Result<LogContents> ReadAll(const Context& context) = 0;
};

}  // namespace lake::storage
