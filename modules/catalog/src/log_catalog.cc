#include "log_catalog.h"

#include <algorithm>
#include <chrono>

#include "check_transaction.h"
#include "replay.h"

namespace lake::catalog {
namespace {

constexpr size_t kMaxReadCommits = 1000;                  // A page in memory; a tailing reader asks again.
constexpr std::chrono::minutes kAutomaticCheckpoint{10};  // Writing the whole state of a large catalog.

}  // namespace

Result<std::unique_ptr<Catalog>> Catalog::Open(const Context& context,
                                               std::shared_ptr<storage::ObjectStore> store, Clock& clock,
                                               RandomSource& random, Log& log, EntityKinds kinds,
                                               const CatalogOptions& options) {
  LogCatalog::Parts parts;
  parts.commits = std::make_unique<CommitLog>(store, random);
  parts.checkpoints = std::make_unique<Checkpoints>(std::move(store), log, options.checkpoint_every);
  LAKE_ASSIGN_OR_RETURN(parts.state, parts.checkpoints->Load(context, *parts.commits));
  if (parts.state == nullptr) parts.state = State::Empty();
  const Version checkpoint = parts.state->version();
  LAKE_ASSIGN_OR_RETURN(parts.state, ReplayWholeTail(context, *parts.commits, std::move(parts.state)));
  log.Info("catalog.opened", {{"version", parts.state->version().number},
                              {"checkpoint", checkpoint.number},
                              {"datasets", parts.state->dataset_count()}});
  return std::make_unique<LogCatalog>(std::move(parts), Committer::Surroundings{clock, random, log},
                                      std::move(kinds), options);
}

LogCatalog::LogCatalog(Parts parts, Committer::Surroundings around, EntityKinds kinds,
                       const CatalogOptions& options)
    : commits_(std::move(parts.commits)),
      checkpoints_(std::move(parts.checkpoints)),
      around_(around),
      max_entry_bytes_(options.max_commit_bytes - std::min(options.max_commit_bytes, kCommitOverhead)),
      published_(std::move(parts.state)),
      committer_(*commits_, published_, around, std::move(kinds), options.writer),
      queue_({.max_batch_bytes = max_entry_bytes_,
              .max_batch_entries = options.max_group_entries,
              .max_waiting = options.max_waiting},
             [this](std::span<PendingCommit* const> batch) { committer_.Commit(batch); }) {}

Result<CommitOutcome> LogCatalog::Commit(const Context& context, Transaction transaction) {
  LAKE_RETURN_IF_ERROR(context.CheckAlive());
  LAKE_RETURN_IF_ERROR(CheckTransaction(transaction));
  LogEntry entry;
  static_cast<Transaction&>(entry) = std::move(transaction);
  entry.txn_id = around_.random.NextUuid(around_.clock.Now().micros / 1000);
  LAKE_ASSIGN_OR_RETURN(const EncodedEntry encoded, EncodeEntry(std::move(entry)));
  if (encoded.text.size() > max_entry_bytes_)
    return InvalidArgument("transaction_too_large", "the transaction has {} bytes; at most {} are allowed",
                           encoded.text.size(), max_entry_bytes_);
  auto outcome = queue_.Submit(context, encoded);
  // The caller that finds a checkpoint due writes it, on its own time, while others commit.
  if (outcome.ok())
    checkpoints_->WriteIfDue(
        {.deadline = Deadline::After(kAutomaticCheckpoint), .cancel = {}, .trace_id = {}}, *published_.get());
  return outcome;
}

Status LogCatalog::Checkpoint(const Context& context) {
  return checkpoints_->Write(context, *published_.get());
}

Result<std::vector<CommitRecord>> LogCatalog::ReadCommits(const Context& context, Version after,
                                                          size_t limit) {
  // Not beyond what was published: an object whose outcome is unknown may be there, but nobody may act on it.
  const Version last = published_.get()->version();
  std::vector<CommitRecord> records;
  for (Version version{after.number + 1};
       version <= last && records.size() < std::min(limit, kMaxReadCommits); ++version.number) {
    LAKE_RETURN_IF_ERROR(context.CheckAlive());
    LAKE_ASSIGN_OR_RETURN(auto commit, commits_->Read(context, version));
    if (!commit)
      return DataLoss("log_damaged", "the commit log object {} is missing", CommitLog::KeyOf(version).text());
    CommitRecord record{.version = version, .time = commit->time, .transactions = {}};
    record.transactions.assign(std::make_move_iterator(commit->entries.begin()),
                               std::make_move_iterator(commit->entries.end()));
    records.push_back(std::move(record));
  }
  return records;
}

}  // namespace lake::catalog
