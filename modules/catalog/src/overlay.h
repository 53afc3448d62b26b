// Overlay: changes on top of a State that are not committed yet, in two levels. The current entry writes into
// the upper one; accepting the entry moves that into the lower one, discarding it leaves no trace. So a
// refused entry of a group commit leaves the others alone.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "state.h"

namespace lake::catalog {

class Overlay {
 public:
  explicit Overlay(std::shared_ptr<const State> base) : base_(std::move(base)) {}

  std::shared_ptr<const Dataset> FindDataset(const DatasetId& id) const;
  /// The current entry's own copy; null when there is no such dataset.
  Dataset* EditDataset(const DatasetId& id);
  Dataset* AddDataset(Dataset dataset);
  /// Ids that the current entry has edited or added, ascending.
  std::vector<DatasetId> EditedDatasets() const;

  /// An entry that says nothing when the name was never used.
  NameEntry FindName(std::string folded) const;
  void PutName(NameEntry entry);

  std::shared_ptr<const EntityRecord> FindEntity(const EntityKey& key) const;
  void PutEntity(EntityRecord record);

  std::shared_ptr<const KeyRecord> FindKey(const std::string& key) const;
  void PutKey(KeyRecord record);

  void Accept();
  void Discard() { current_ = {}; }
  /// The base with everything that was accepted. Idempotency keys that have expired go from the shards that
  /// are touched anyway, now and then.
  std::shared_ptr<const State> MakeState(Head head) const;

 private:
  using EntityName = std::pair<std::string, std::string>;
  struct Layer {
    std::map<std::string, std::shared_ptr<Dataset>, std::less<>> datasets;
    std::map<std::string, std::shared_ptr<const NameEntry>, std::less<>> names;
    std::map<EntityName, std::shared_ptr<const EntityRecord>> entities;
    std::map<std::string, std::shared_ptr<const KeyRecord>, std::less<>> keys;
  };

  std::shared_ptr<const State> base_;
  Layer accepted_;
  Layer current_;
};

}  // namespace lake::catalog
