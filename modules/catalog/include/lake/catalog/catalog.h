// Catalog: one commit log, and the snapshot that follows from it. Commit object N is created once with
// put-if-absent; that is the commit. Many callers' transactions share one object (group commit), each is
// validated against the state after its predecessors, and a refused one leaves the others alone.
//
// Any thread. Layout on storage: docs/formats/commit-log.md and checkpoint.md.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "lake/catalog/action.h"
#include "lake/catalog/snapshot.h"
#include "lake/common/clock.h"
#include "lake/common/context.h"
#include "lake/common/log.h"
#include "lake/common/random.h"
#include "lake/storage/object_store.h"

namespace lake::catalog {

/// Checks a document of one entity kind before it is committed; `previous` is null for a new entity. Called
/// on the thread of any committing caller, for one commit at a time; must not call the catalog.
using EntityValidator = std::function<Status(const JsonValue& document, const Entity* previous)>;
/// Kinds that may be put, by name; the owning modules register theirs where the application is wired.
using EntityKinds = std::map<std::string, EntityValidator, std::less<>>;

struct CatalogOptions {
  std::string writer;  ///< Who writes: host and process, for people reading the log.
  /// Commits between checkpoints: bounds the tail a start has to read. 0: only when Checkpoint() is called.
  uint64_t checkpoint_every = 256;
  size_t max_commit_bytes = 32u << 20;  ///< A commit object stays readable in one request.
  size_t max_group_entries = 1024;      ///< Transactions sharing one object.
  size_t max_waiting = 16384;  ///< Callers waiting to commit; more get resource_exhausted/commit_queue_full.
};

/// One commit as tailing readers see it.
struct CommitRecord {
  Version version;
  Timestamp time;
  std::vector<Transaction> transactions;
};

class Catalog {
 public:
  /// Newest checkpoint plus tail. `store` is the primary bucket without rescue; the references must outlive
  /// the catalog. Errors: failed_precondition/newer_format (written by a later major version),
  /// data_loss/log_damaged naming the object.
  static Result<std::unique_ptr<Catalog>> Open(const Context& context,
                                               std::shared_ptr<storage::ObjectStore> store, Clock& clock,
                                               RandomSource& random, Log& log, EntityKinds kinds,
                                               const CatalogOptions& options);
  virtual ~Catalog() = default;

  virtual SnapshotRef snapshot() const = 0;

  /// Durable and visible on ok. A caller whose context ends while it waits in the queue leaves it; once its
  /// transaction is being written it gets the outcome. Errors, all of which mean that nothing happened unless
  /// said: not_found/dataset_not_found, not_found/entity_not_found, already_exists/dataset_exists,
  /// invalid_argument/…, aborted/conflict (something it relied on changed; retry from the start),
  /// aborted/commit_contention (other processes won every race for the next version),
  /// failed_precondition/idempotency_key_reused, /tombstone_column_conflict, /row_key_column_in_use,
  /// /dataset_not_dropped, resource_exhausted/commit_queue_full, unavailable/commit_outcome_unknown (it may
  /// or may not have happened; the catalog accepts no more commits until it is opened again),
  /// unavailable/catalog_read_only (an earlier outcome is unknown), and those of the store's Put.
  virtual Result<CommitOutcome> Commit(const Context& context, Transaction transaction) = 0;

  /// Writes a checkpoint of the current snapshot now; only shards that changed are written.
  virtual Status Checkpoint(const Context& context) = 0;

  /// Commits after `after` up to the snapshot's version, ascending, at most `limit` (and 1,000); read from
  /// storage. For tailing with a durable cursor.
  virtual Result<std::vector<CommitRecord>> ReadCommits(const Context& context, Version after,
                                                        size_t limit) = 0;
  /// Returns when the version is greater than `seen`, or the context ends.
  virtual Status WaitForCommit(const Context& context, Version seen) = 0;

  /// Not ok when commits are refused because an earlier outcome is unknown.
  virtual Status Health() const = 0;
};

}  // namespace lake::catalog
