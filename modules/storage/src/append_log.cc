#include "lake/storage/append_log.h"

#include <algorithm>
#include <deque>
#include <optional>

#include "append_log_compaction.h"
#include "append_log_objects.h"
#include "lake/common/json.h"
#include "lake/common/mutex.h"

namespace lake::storage {
namespace {

constexpr size_t kMaxBatchBytes = 8u << 20;
// A batch whose key is taken moves behind what took it. More than a few in a row means another writer.
constexpr int kMaxMoves = 8;

/// One record on its way, owned by its appender and, while it is being written, by the leader too.
struct Pending {
  std::string payload;
  Deadline deadline;
  uint64_t sequence = 0;
  bool is_taken = false;          // a leader writes it
  std::optional<Status> outcome;  // the end
};
using Batch = std::vector<std::shared_ptr<Pending>>;

class GroupCommitLog final : public AppendLog {
 public:
  GroupCommitLog(ObjectStore& store, AppendLogOptions options)
      : options_(std::move(options)), objects_(store, options_.prefix) {}

  Status Recover(const Context& context);

  Result<uint64_t> Append(const Context& context, std::string_view payload) override;
  Status Compact(const Context& context) override;
  Result<LogContents> ReadAll(const Context& context) override { return objects_.ReadAll(context); }

 private:
  Status CheckRecord(std::string_view payload) const;
  Status WaitOrLead(const Context& context, const std::shared_ptr<Pending>& mine);
  Status GiveUp(const std::shared_ptr<Pending>& mine, Error why) LAKE_REQUIRES(mutex_);
  void WaitFor(const Context& context) LAKE_REQUIRES(mutex_);
  Batch TakeBatch() LAKE_REQUIRES(mutex_);
  void Conclude(const Batch& batch, const Result<uint64_t>& first) LAKE_REQUIRES(mutex_);

  struct Written {
    Result<uint64_t> first;  // sequence of the batch's first record, or why it was not written
    uint64_t next = 0;       // where the next batch begins
  };
  Written Write(const Context& context, const Batch& batch, uint64_t first) const;
  Result<uint64_t> NextAfter(const Context& context, const ObjectKey& key, uint64_t first) const;

  void CompactWhenDue(const Context& context);
  Status RunCompaction(const Context& context);

  const AppendLogOptions options_;
  const AppendLogObjects objects_;

  Mutex mutex_;
  CondVar changed_;  // a batch or a compaction ended, or someone was cancelled
  std::deque<std::shared_ptr<Pending>> queue_ LAKE_GUARDED_BY(mutex_);  // as many as there are callers
  bool has_leader_ LAKE_GUARDED_BY(mutex_) = false;
  bool is_compacting_ LAKE_GUARDED_BY(mutex_) = false;
  uint64_t next_sequence_ LAKE_GUARDED_BY(mutex_) = 1;
  size_t unmerged_ LAKE_GUARDED_BY(mutex_) = 0;  // batches
  size_t due_at_ LAKE_GUARDED_BY(mutex_) = 0;    // the value of unmerged_ that starts the next compaction
};

Status GroupCommitLog::Recover(const Context& context) {
  LAKE_ASSIGN_OR_RETURN(const LogListing listing, objects_.List(context));
  uint64_t next = 1;
  if (!listing.merged.empty()) next = listing.merged.back().last + 1;
  if (!listing.batches.empty()) {
    const LogObject& newest = listing.batches.back();
    LAKE_ASSIGN_OR_RETURN(const uint64_t after, NextAfter(context, newest.key, newest.first));
    next = std::max(next, after);
  }
  MutexLock lock(mutex_);
  next_sequence_ = next;
  unmerged_ = listing.batches.size();
  due_at_ = options_.compaction_threshold;
  return {};
}

Status GroupCommitLog::CheckRecord(std::string_view payload) const {
  if (payload.size() > options_.max_record_bytes) {
    return InvalidArgument("bad_record", "a record of {} bytes is larger than {}", payload.size(),
                           options_.max_record_bytes);
  }
  if (payload.find_first_of("\r\n") != std::string_view::npos) {
    return InvalidArgument("bad_record", "a record is one line");
  }
  const Result<JsonValue> document = ParseJson(payload);
  if (!document.ok())
    return InvalidArgument("bad_record", "a record is JSON: {}", document.error().message());
  return {};
}

Result<uint64_t> GroupCommitLog::Append(const Context& context, std::string_view payload) {
  LAKE_RETURN_IF_ERROR(context.CheckAlive());
  LAKE_RETURN_IF_ERROR(CheckRecord(payload));
  const auto mine =
      std::make_shared<Pending>(Pending{.payload = std::string(payload), .deadline = context.deadline});
  // The lock is taken so that a waiter is either before its check or in its wait.
  const CancelRegistration wake = context.cancel.OnCancel([this] {
    MutexLock lock(mutex_);
    changed_.NotifyAll();
  });
  LAKE_RETURN_IF_ERROR(WaitOrLead(context, mine));
  CompactWhenDue(context);
  return mine->sequence;
}

/// Until `mine` has ended: waits while another leads, leads otherwise.
Status GroupCommitLog::WaitOrLead(const Context& context, const std::shared_ptr<Pending>& mine) {
  MutexLock lock(mutex_);
  queue_.push_back(mine);
  while (!mine->outcome.has_value()) {
    if (has_leader_) {
      if (Status alive = context.CheckAlive(); !alive.ok()) return GiveUp(mine, std::move(alive).error());
      WaitFor(context);
      continue;
    }
    has_leader_ = true;
    const Batch batch = TakeBatch();
    const uint64_t first = next_sequence_;
    mutex_.Unlock();
    Written written = Write(context, batch, first);
    mutex_.Lock();
    next_sequence_ = written.next;
    Conclude(batch, written.first);
    has_leader_ = false;
    changed_.NotifyAll();
  }
  return *mine->outcome;
}

void GroupCommitLog::WaitFor(const Context& context) {
  if (context.deadline.never()) {
    changed_.Wait(mutex_);
  } else {
    (void)changed_.WaitUntil(mutex_, context.deadline.when());
  }
}

/// The caller's time is over. A record that nobody took is withdrawn; one on its way may arrive.
Status GroupCommitLog::GiveUp(const std::shared_ptr<Pending>& mine, Error why) {
  if (mine->is_taken) {
    return Unavailable("outcome_unknown", "the record was on its way when its caller gave up; it may arrive")
        .WithCause(why.ToString());
  }
  std::erase(queue_, mine);
  return why;
}

Batch GroupCommitLog::TakeBatch() {
  Batch batch;
  size_t bytes = 0;
  while (!queue_.empty() && batch.size() < options_.max_batch_records) {
    const std::shared_ptr<Pending>& next = queue_.front();
    bytes += next->payload.size();
    if (!batch.empty() && bytes > kMaxBatchBytes) break;
    next->is_taken = true;
    batch.push_back(next);
    queue_.pop_front();
  }
  return batch;
}

void GroupCommitLog::Conclude(const Batch& batch, const Result<uint64_t>& first) {
  if (first.ok()) ++unmerged_;
  for (size_t i = 0; i < batch.size(); ++i) {
    if (first.ok()) {
      batch[i]->sequence = *first + i;
      batch[i]->outcome = Status();
    } else {
      batch[i]->outcome = Status(first.error());
    }
  }
}

/// The key of a batch is its first sequence and is put only if absent. After a put with unknown outcome the
/// next batch asks for the same key: either it gets it, and the lost one can never arrive, or it finds it and
/// moves behind it.
GroupCommitLog::Written GroupCommitLog::Write(const Context& context, const Batch& batch,
                                              uint64_t first) const {
  // One impatient appender must not fail the others: no cancellation, and the most patient deadline.
  Context shared{.deadline = context.deadline, .cancel = CancelToken(), .trace_id = context.trace_id};
  LogObjectBody body;
  for (const std::shared_ptr<Pending>& pending : batch) {
    if (pending->deadline.when() > shared.deadline.when()) shared.deadline = pending->deadline;
    body.records.push_back({.sequence = 0, .payload = pending->payload});
  }
  for (int move = 0; move < kMaxMoves; ++move) {
    for (size_t i = 0; i < body.records.size(); ++i) body.records[i].sequence = first + i;
    const std::string bytes = EncodeLogObject(body);
    const ObjectKey key = objects_.BatchKey(first);
    Result<Etag> put = objects_.store().Put(shared, key, bytes, IfAbsent{});
    if (put.ok()) return {.first = first, .next = first + batch.size()};
    if (!put.error().Is("object_exists")) return {.first = std::move(put).error(), .next = first};
    // The same bytes are this very batch: the store repeated a put whose reply it lost.
    Result<std::string> there = objects_.store().Get(shared, key, ByteRange{});
    if (there.ok() && *there == bytes) return {.first = first, .next = first + batch.size()};
    Result<uint64_t> next = NextAfter(shared, key, first);
    if (!next.ok()) return {.first = std::move(next).error(), .next = first};
    first = *next;
  }
  return {.first = Aborted("log_conflict", "another writer appends to the same log"), .next = first};
}

/// The sequence after the batch `key`, damaged lines counted; at least one more than `first`.
Result<uint64_t> GroupCommitLog::NextAfter(const Context& context, const ObjectKey& key,
                                           uint64_t first) const {
  LAKE_ASSIGN_OR_RETURN(const AppendLogObjects::Loaded loaded, objects_.Load(context, key));
  const uint64_t lines = loaded.body.records.size() + loaded.body.damaged.size();
  return std::max(LastIntact(loaded.body, first) + 1, first + lines);
}

void GroupCommitLog::CompactWhenDue(const Context& context) {
  {
    MutexLock lock(mutex_);
    if (unmerged_ < due_at_ || is_compacting_) return;
    is_compacting_ = true;
  }
  // The record is durable whatever becomes of this.
  (void)RunCompaction(context).ok();
}

Status GroupCommitLog::Compact(const Context& context) {
  const CancelRegistration wake = context.cancel.OnCancel([this] {
    MutexLock lock(mutex_);
    changed_.NotifyAll();
  });
  {
    MutexLock lock(mutex_);
    while (is_compacting_) {
      LAKE_RETURN_IF_ERROR(context.CheckAlive());
      WaitFor(context);
    }
    is_compacting_ = true;
  }
  return RunCompaction(context);
}

/// With is_compacting_ set, which it clears.
Status GroupCommitLog::RunCompaction(const Context& context) {
  Result<size_t> merged = CompactLog(context, objects_);
  MutexLock lock(mutex_);
  is_compacting_ = false;
  changed_.NotifyAll();
  if (merged.ok()) unmerged_ -= std::min(unmerged_, *merged);
  // After a failure as many batches again must come before the next attempt: a store in trouble is left
  // alone.
  due_at_ = options_.compaction_threshold + (merged.ok() ? 0 : unmerged_);
  if (!merged.ok()) return std::move(merged).error();
  return {};
}

}  // namespace

Result<std::unique_ptr<AppendLog>> AppendLog::Open(const Context& context, ObjectStore& store,
                                                   AppendLogOptions options) {
  LAKE_RETURN_IF_ERROR(AppendLogObjects::CheckPrefix(options.prefix));
  auto log = std::make_unique<GroupCommitLog>(store, std::move(options));
  LAKE_RETURN_IF_ERROR(log->Recover(context));
  return log;
}

}  // namespace lake::storage
