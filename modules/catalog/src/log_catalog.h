// LogCatalog: the Catalog over one commit log.
#pragma once

#include <memory>
#include <vector>

#include "checkpoints.h"
#include "commit_log.h"
#include "commit_queue.h"
#include "committer.h"
#include "lake/catalog/catalog.h"
#include "published_state.h"

namespace lake::catalog {

class LogCatalog final : public Catalog {
 public:
  struct Parts {
    std::shared_ptr<storage::ObjectStore> store;
    std::unique_ptr<CommitLog> commits;
    std::unique_ptr<Checkpoints> checkpoints;
    std::shared_ptr<const State> state;
  };

  LogCatalog(Parts parts, Committer::Surroundings around, EntityKinds kinds, const CatalogOptions& options);

  SnapshotRef snapshot() const override { return published_.get(); }
  Result<CommitOutcome> Commit(const Context& context, Transaction transaction) override;
  Status Checkpoint(const Context& context) override;
  Result<std::vector<CommitRecord>> ReadCommits(const Context& context, Version after, size_t limit) override;
  Status WaitForCommit(const Context& context, Version seen) override {
    return published_.WaitFor(context, seen);
  }
  Status Health() const override { return published_.health(); }

 private:
  const std::unique_ptr<CommitLog> commits_;
  const std::unique_ptr<Checkpoints> checkpoints_;
  const Committer::Surroundings around_;
  const size_t max_entry_bytes_;
  PublishedState published_;
  Committer committer_;
  CommitQueue queue_;
};

}  // namespace lake::catalog
