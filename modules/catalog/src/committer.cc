#include "committer.h"

#include <algorithm>
#include <chrono>

#include "backoff.h"
#include "replay.h"

namespace lake::catalog {
namespace {

// A batch belongs to many callers, so no single caller's deadline or cancellation ends its I/O; this does.
constexpr std::chrono::seconds kIoTime{60};

// Races lost in a row before the callers are told to try again later: each costs a read and a put.
constexpr size_t kMaxTries = 16;

void AnswerAll(std::span<PendingCommit* const> batch, const Error& error) {
  for (PendingCommit* pending : batch) pending->outcome = error;
}

/// Those without an outcome yet.
std::vector<PendingCommit*> Undecided(std::span<PendingCommit* const> batch) {
  std::vector<PendingCommit*> undecided;
  std::ranges::copy_if(batch, std::back_inserter(undecided),
                       [](const PendingCommit* pending) { return !pending->outcome; });
  return undecided;
}

Error ReadOnly() {
  return Unavailable(
      "catalog_read_only",
      "nothing was committed: the outcome of an earlier commit is unknown, so the catalog accepts no "
      "more until it is opened again");
}

}  // namespace

void Committer::Commit(std::span<PendingCommit* const> batch) {
  for (size_t attempt = 0; attempt < kMaxTries; ++attempt) {
    if (!published_.health().ok()) return AnswerAll(Undecided(batch), ReadOnly());
    if (Try(Undecided(batch))) return;
    BackOff(around_.random, attempt);
  }
  AnswerAll(Undecided(batch),
            Aborted("commit_contention", "other writers took the next version {} times", kMaxTries));
}

Committer::Attempt Committer::Validate(const Batch& undecided) {
  const auto state = published_.get();
  // The machine's clock may step back; `AT (TIMESTAMP => …)` needs times that do not.
  const Timestamp time = std::max(around_.clock.Now(), state->time());
  Attempt attempt{
      .draft = Draft(state, Version{state->version().number + 1}, time), .accepted = {}, .depending = {}};
  for (PendingCommit* pending : undecided) {
    auto added = attempt.draft.Add(pending->encoded.entry, kinds_);
    if (added.ok() && !*added) {
      attempt.accepted.push_back(pending);
      continue;
    }
    Result<CommitOutcome> outcome =
        added.ok() ? Result<CommitOutcome>(**added) : Result<CommitOutcome>(added.error());
    if (attempt.accepted.empty()) {
      pending->outcome = std::move(outcome);
    } else {
      attempt.depending.emplace_back(pending, std::move(outcome));
    }
  }
  return attempt;
}

bool Committer::Try(const Batch& undecided) {
  Attempt attempt = Validate(undecided);
  if (attempt.accepted.empty()) return true;
  const std::string commit_id = around_.random.NextUuid(attempt.draft.time().micros / 1000);
  std::vector<std::string_view> texts;
  for (const PendingCommit* pending : attempt.accepted) texts.push_back(pending->encoded.text);
  CommitHeader header;
  header.version = attempt.draft.version().number;
  header.commit_id = commit_id;
  header.time = attempt.draft.time();
  header.writer = writer_;
  const std::string bytes = EncodeCommit(std::move(header), texts);

  const Context context{.deadline = Deadline::After(kIoTime), .cancel = {}, .trace_id = {}};
  const CommitLog::CreateOutcome outcome =
      commits_.Create(context, attempt.draft.version(), commit_id, bytes);
  if (std::holds_alternative<CommitLog::Committed>(outcome)) {
    Settle(attempt, attempt.draft.MakeState(commit_id));
    return true;
  }
  if (const auto* unknown = std::get_if<CommitLog::Unknown>(&outcome)) {
    LeaveOpen(attempt, unknown->error);
    return true;
  }
  if (const auto* refused = std::get_if<CommitLog::Refused>(&outcome)) {
    AnswerAll(Undecided(undecided), refused->error);
    return true;
  }
  if (const Status status = CatchUp(context); !status.ok()) {
    AnswerAll(Undecided(undecided), status.error());
    return true;
  }
  return false;
}

void Committer::Settle(Attempt& attempt, std::shared_ptr<const State> state) {
  published_.Publish(std::move(state));
  for (PendingCommit* pending : attempt.accepted)
    pending->outcome = CommitOutcome{.version = attempt.draft.version(),
                                     .time = attempt.draft.time(),
                                     .result = pending->encoded.entry.result,
                                     .kind = CommitOutcome::Kind::kCommitted};
  for (auto& [pending, outcome] : attempt.depending) pending->outcome = std::move(outcome);
}

void Committer::LeaveOpen(Attempt& attempt, const Error& why) {
  const Error unknown = Unavailable("commit_outcome_unknown",
                                    "commit {} may or may not have happened; the catalog accepts no more "
                                    "commits until it is opened again",
                                    attempt.draft.version().number)
                            .WithCause(why.ToString());
  published_.Poison(unknown);
  around_.log.Failure("catalog.commit_outcome_unknown", {{"version", attempt.draft.version().number},
                                                         {"entries", attempt.accepted.size()},
                                                         {"error", why.ToString()}});
  AnswerAll(attempt.accepted, unknown);
  // A refusal stands whatever became of the commit; a repeat of an entry in it does not.
  for (auto& [pending, outcome] : attempt.depending) pending->outcome = outcome.ok() ? unknown : ReadOnly();
}

Status Committer::CatchUp(const Context& context) {
  const auto state = published_.get();
  LAKE_ASSIGN_OR_RETURN(auto newer, ReplayTail(context, commits_, state));
  if (newer->version() > state->version()) published_.Publish(std::move(newer));
  return {};
}

}  // namespace lake::catalog
