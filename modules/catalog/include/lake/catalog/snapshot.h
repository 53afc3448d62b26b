// Snapshot: the whole catalog at one version, immutable. A request takes one and uses it from start to end.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "lake/catalog/action.h"
#include "lake/catalog/dataset.h"
#include "lake/catalog/version.h"

namespace lake::catalog {

struct Entity {
  std::string kind;
  std::string id;
  uint64_t version = 0;  ///< From 1; grows with each put of this entity, continues after a delete.
  Version committed;     ///< Catalog version of the last put.
  JsonValue document;
};

class Snapshot {
 public:
  virtual ~Snapshot() = default;

  virtual Version version() const = 0;
  virtual Timestamp time() const = 0;  ///< Of the last commit.

  /// Live or dropped; null when there never was one (or it was collected).
  virtual std::shared_ptr<const Dataset> FindDataset(const DatasetId& id) const = 0;
  /// Live only. Names are compared without regard to ASCII case.
  virtual std::shared_ptr<const Dataset> FindDatasetByName(std::string_view name) const = 0;
  /// Dropped datasets of that name, newest drop first.
  virtual std::vector<std::shared_ptr<const Dataset>> FindDropped(std::string_view name) const = 0;
  /// Live datasets with a name greater than `after` (folded to lower case), ascending, at most `limit`.
  virtual std::vector<std::shared_ptr<const Dataset>> ListDatasets(std::string_view after,
                                                                   size_t limit) const = 0;
  virtual size_t dataset_count() const = 0;  ///< Live ones.

  /// What the transaction with that idempotency key came to (kReplayed); none when there was none or it is
  /// forgotten (a week later). Error: failed_precondition/idempotency_key_reused when its fingerprint is
  /// another.
  virtual Result<std::optional<CommitOutcome>> FindOutcome(std::string_view idempotency_key,
                                                           std::string_view request_fingerprint) const = 0;
  /// Whether FindOutcome has something to say, for those who do not know the fingerprint yet.
  virtual bool KnowsKey(std::string_view idempotency_key) const = 0;

  virtual std::shared_ptr<const Entity> FindEntity(std::string_view kind, std::string_view id) const = 0;
  virtual std::vector<std::shared_ptr<const Entity>> ListEntities(std::string_view kind,
                                                                  std::string_view after,
                                                                  size_t limit) const = 0;
};

using SnapshotRef = std::shared_ptr<const Snapshot>;

}  // namespace lake::catalog
