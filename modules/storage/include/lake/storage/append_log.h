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
  size_t max_batch_records = 4096;     ///< Bounds the memory of one group commit.
};

struct LogRecord {
  uint64_t sequence = 0;  ///< From 1, without gaps among intact records.
  std::string payload;    ///< One JSON document without newlines.
};

struct LogContents {
  std::vector<LogRecord> records;  ///< Ascending by sequence.
  uint64_t skipped_lines = 0;      ///< Malformed or damaged lines, said in `warnings`.
  std::vector<std::string> warnings;
};

class AppendLog {
 public:
  /// Reads the existing batches to find the next sequence. `store` must outlive the log.
  static Result<std::unique_ptr<AppendLog>> Open(const Context& context, ObjectStore& store,
                                                 AppendLogOptions options);
  virtual ~AppendLog() = default;
  /// Durable on ok; gives the record's sequence. Errors: invalid_argument/bad_record, those of Put.
  virtual Result<uint64_t> Append(const Context& context, std::string_view payload) = 0;
  /// Merges all batches into one object, then deletes the merged ones.
  virtual Status Compact(const Context& context) = 0;
  virtual Result<LogContents> ReadAll(const Context& context) = 0;
};

}  // namespace lake::storage
