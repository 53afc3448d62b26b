// The object of one commit: docs/formats/commit-log.md.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lake/catalog/action.h"
#include "lake/common/clock.h"
#include "sealed_json.h"

namespace lake::catalog {

/// A transaction with what the log adds to it.
struct LogEntry : Transaction {
  std::string txn_id;
  std::string result_hash;  ///< SHA-256 of `result` as compact JSON, for those who keep only that.
};

struct CommitHeader {
  Format format;
  uint64_t version = 0;
  std::string commit_id;  ///< A UUID: tells our own commit from another writer's after an unknown outcome.
  Timestamp time;         ///< Not before the time of any earlier commit.
  std::string writer;
};

struct CommitObject : CommitHeader {
  std::vector<LogEntry> entries;
};

/// What a group commit splices: callers encode their entries side by side, before it is their turn.
struct EncodedEntry {
  LogEntry entry;
  std::string text;
};
/// Error: invalid_argument/bad_transaction when a text is no UTF-8 or a number is not finite: it would read
/// back as something else.
Result<EncodedEntry> EncodeEntry(LogEntry entry);

/// `header.format` is filled in.
std::string EncodeCommit(CommitHeader header, std::span<const std::string_view> entries);
/// Bytes of EncodeCommit beside the entries' own and one each, at most.
inline constexpr size_t kCommitOverhead = 4096;

/// Errors: data_loss/damaged, also when it is not `version`; failed_precondition/newer_format.
Result<CommitObject> DecodeCommit(std::string_view text, Version version);

}  // namespace lake::catalog
