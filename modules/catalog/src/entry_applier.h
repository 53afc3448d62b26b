// EntryApplier: what each action does to the catalog. The one place that knows, for new transactions and for
// those read back from the log, so that a replayed log gives the same state.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "lake/catalog/action.h"
#include "lake/catalog/catalog.h"
#include "overlay.h"

namespace lake::catalog {

/// Whom the changes of one entry are recorded for.
struct EntryStamp {
  Version version;
  Timestamp time;
  std::string operation;
  std::string actor;
};

class EntryApplier {
 public:
  /// `kinds` is null when the entry comes from the log: it was validated when it was committed.
  EntryApplier(Overlay& overlay, EntryStamp stamp, const EntityKinds* kinds)
      : overlay_(overlay), stamp_(std::move(stamp)), kinds_(kinds) {}

  /// On an error the overlay's current entry is half done and must be discarded.
  Status operator()(const CreateDataset& action);
  Status operator()(const DropDataset& action);
  Status operator()(const UndropDataset& action);
  Status operator()(const RenameDataset& action);
  Status operator()(const AddFiles& action);
  Status operator()(const RemoveFiles& action);
  Status operator()(const RemoveAllFiles& action);
  Status operator()(const SetSchema& action);
  Status operator()(const SetMetadata& action);
  Status operator()(const AddTombstones& action);
  Status operator()(const RemoveTombstones& action);
  Status operator()(const PutEntity& action);
  Status operator()(const DeleteEntity& action);

  /// Adds one DatasetChange to each dataset the entry touched. Last, once.
  void RecordChanges();

 private:
  /// What the entry adds to a dataset's totals.
  struct Tally {
    int64_t rows = 0;
    int64_t bytes = 0;
  };
  enum class Direction : int64_t { kAdded = 1, kRemoved = -1 };

  /// The entry's own copy. Error: not_found/dataset_not_found, also when it is dropped.
  Result<Dataset*> EditLive(const DatasetId& id);
  /// Error: already_exists/dataset_exists when another live dataset has the name.
  Result<NameEntry> FreeName(const std::string& name, const DatasetId& id) const;
  void Count(const Dataset& dataset, const DataFile& file, Direction direction);
  void Remove(const Dataset& dataset, std::shared_ptr<const DataFile>& file);
  /// The live record or null. Error: aborted/conflict when it is not at `expected`.
  Result<std::shared_ptr<const EntityRecord>> FindExpected(const EntityKey& key,
                                                           const std::optional<uint64_t>& expected) const;

  Overlay& overlay_;
  const EntryStamp stamp_;
  const EntityKinds* const kinds_;
  std::map<std::string, Tally> tallies_;  ///< By dataset id.
};

}  // namespace lake::catalog
