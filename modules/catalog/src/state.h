// State: the whole catalog after one commit, immutable; the snapshot that readers hold. Two states that
// follow each other share every shard the commit between them did not touch.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lake/catalog/snapshot.h"
#include "shard.h"

namespace lake::catalog {

/// The last commit that a state contains.
struct Head {
  Version version;
  Timestamp time;
  std::string commit_id;  ///< Empty at version 0.
};

class State final : public Snapshot {
 public:
  State(Head head, Shards shards);
  /// Version 0.
  static std::shared_ptr<const State> Empty();

  const Head& head() const { return head_; }
  const Shards& shards() const { return shards_; }
  std::shared_ptr<const NameEntry> FindName(std::string_view folded) const;
  /// Deleted ones too.
  std::shared_ptr<const EntityRecord> FindEntityRecord(const EntityKey& key) const;
  /// Expired ones too, as long as they have not been pruned.
  std::shared_ptr<const KeyRecord> FindKey(std::string_view key) const;

  Version version() const override { return head_.version; }
  Timestamp time() const override { return head_.time; }
  std::shared_ptr<const Dataset> FindDataset(const DatasetId& id) const override;
  std::shared_ptr<const Dataset> FindDatasetByName(std::string_view name) const override;
  std::vector<std::shared_ptr<const Dataset>> FindDropped(std::string_view name) const override;
  std::vector<std::shared_ptr<const Dataset>> ListDatasets(std::string_view after,
                                                           size_t limit) const override;
  size_t dataset_count() const override { return live_datasets_; }
  Result<std::optional<CommitOutcome>> FindOutcome(std::string_view idempotency_key,
                                                   std::string_view request_fingerprint) const override;
  bool KnowsKey(std::string_view idempotency_key) const override;
  std::shared_ptr<const Entity> FindEntity(std::string_view kind, std::string_view id) const override;
  std::vector<std::shared_ptr<const Entity>> ListEntities(std::string_view kind, std::string_view after,
                                                          size_t limit) const override;

 private:
  Head head_;
  Shards shards_;
  size_t live_datasets_ = 0;
};

}  // namespace lake::catalog
