// The life of a dataset: create, drop, undrop, rename, schema, metadata.
#include <algorithm>
#include <set>

#include "entry_applier.h"

#include "lake/common/fold.h"

namespace lake::catalog {
namespace {

constexpr size_t kMaxShownBytes = 100;  // Of a name in an error message.

Error DatasetNotFound(const DatasetId& id) {
  return NotFound("dataset_not_found", "dataset {} does not exist", id.value().substr(0, kMaxShownBytes));
}

/// Field ids are never given twice: an id no schema has had must be above all of them.
Status CheckFieldIds(const Dataset& dataset, const std::vector<Column>& columns) {
  std::set<int32_t> known;
  for (const Schema& schema : dataset.schemas)
    for (const Column& column : schema.columns) known.insert(column.field_id);
  for (const Column& column : columns)
    if (!known.contains(column.field_id) && column.field_id < *known.rbegin())
      return InvalidArgument("bad_columns", "column '{}' has the unused field id {}; new ones start at {}",
                             column.name, column.field_id, *known.rbegin() + 1);
  return {};
}

/// Without its key column a tombstone would hide nothing, and what was deleted would come back.
Status KeepRowKey(Dataset& dataset, const std::vector<Column>& columns) {
  if (dataset.tombstones == nullptr) return {};
  const auto column = std::ranges::find(columns, dataset.tombstones->row_key_field_id, &Column::field_id);
  if (column == columns.end())
    // Not everybody may know which column that is.
    return FailedPrecondition("row_key_column_in_use",
                              "a column of dataset '{}' that would go is the key of its tombstones",
                              dataset.name);
  if (column->name == dataset.tombstones->row_key_column) return {};
  auto renamed = std::make_shared<TombstoneSet>(*dataset.tombstones);
  renamed->row_key_column = column->name;
  dataset.tombstones = std::move(renamed);
  return {};
}

}  // namespace

Result<Dataset*> EntryApplier::EditLive(const DatasetId& id) {
  Dataset* dataset = overlay_.EditDataset(id);
  if (dataset == nullptr || dataset->dropped) return DatasetNotFound(id);
  return dataset;
}

Result<NameEntry> EntryApplier::FreeName(const std::string& name, const DatasetId& id) const {
  NameEntry entry = overlay_.FindName(Fold(name));
  if (entry.live && *entry.live != id)
    return AlreadyExists("dataset_exists", "a dataset called '{}' exists", name);
  return entry;
}

Status EntryApplier::operator()(const CreateDataset& action) {
  if (overlay_.FindDataset(action.dataset) != nullptr)
    return AlreadyExists("dataset_exists", "a dataset with id {} exists", action.dataset.value());
  LAKE_ASSIGN_OR_RETURN(NameEntry name, FreeName(action.name, action.dataset));
  name.live = action.dataset;
  overlay_.PutName(std::move(name));
  Dataset dataset;
  dataset.id = action.dataset;
  dataset.name = action.name;
  dataset.bucket = action.bucket;
  dataset.schemas.push_back({.id = 1, .columns = action.columns});
  dataset.metadata = action.metadata;
  overlay_.AddDataset(std::move(dataset));
  return {};
}

Status EntryApplier::operator()(const DropDataset& action) {
  LAKE_ASSIGN_OR_RETURN(Dataset * dataset, EditLive(action.dataset));
  dataset->dropped = stamp_.version;
  NameEntry name = overlay_.FindName(Fold(dataset->name));
  name.live.reset();
  name.dropped.push_back(dataset->id);
  overlay_.PutName(std::move(name));
  return {};
}

Status EntryApplier::operator()(const UndropDataset& action) {
  Dataset* dataset = overlay_.EditDataset(action.dataset);
  if (dataset == nullptr) return DatasetNotFound(action.dataset);
  if (!dataset->dropped)
    return FailedPrecondition("dataset_not_dropped", "dataset '{}' is not dropped", dataset->name);
  LAKE_ASSIGN_OR_RETURN(NameEntry name, FreeName(dataset->name, dataset->id));
  std::erase(name.dropped, dataset->id);
  name.live = dataset->id;
  overlay_.PutName(std::move(name));
  dataset->dropped.reset();
  return {};
}

Status EntryApplier::operator()(const RenameDataset& action) {
  LAKE_ASSIGN_OR_RETURN(Dataset * dataset, EditLive(action.dataset));
  LAKE_RETURN_IF_ERROR(FreeName(action.name, dataset->id));
  NameEntry earlier = overlay_.FindName(Fold(dataset->name));
  earlier.live.reset();
  overlay_.PutName(std::move(earlier));
  NameEntry name = overlay_.FindName(Fold(action.name));
  name.live = dataset->id;
  overlay_.PutName(std::move(name));
  dataset->name = action.name;
  return {};
}

Status EntryApplier::operator()(const SetSchema& action) {
  LAKE_ASSIGN_OR_RETURN(Dataset * dataset, EditLive(action.dataset));
  if (dataset->schema().id != action.expected_schema_id)
    return Aborted("conflict", "dataset '{}' has schema {} now, not {}", dataset->name, dataset->schema().id,
                   action.expected_schema_id);
  LAKE_RETURN_IF_ERROR(CheckFieldIds(*dataset, action.columns));
  LAKE_RETURN_IF_ERROR(KeepRowKey(*dataset, action.columns));
  dataset->schemas.push_back({.id = dataset->schema().id + 1, .columns = action.columns});
  return {};
}

Status EntryApplier::operator()(const SetMetadata& action) {
  LAKE_ASSIGN_OR_RETURN(Dataset * dataset, EditLive(action.dataset));
  dataset->metadata = action.metadata;
  return {};
}

void EntryApplier::RecordChanges() {
  for (const DatasetId& id : overlay_.EditedDatasets()) {
    Dataset& dataset = *overlay_.EditDataset(id);
    const Tally& tally = tallies_[id.value()];
    const auto plus = [](uint64_t total, int64_t change) {
      return static_cast<uint64_t>(std::max<int64_t>(static_cast<int64_t>(total) + change, 0));
    };
    const bool first = dataset.changes.empty();
    dataset.changes.push_back({.version = stamp_.version,
                               .time = stamp_.time,
                               .operation = stamp_.operation,
                               .actor = stamp_.actor,
                               .rows = plus(first ? 0 : dataset.changes.back().rows, tally.rows),
                               .bytes = plus(first ? 0 : dataset.changes.back().bytes, tally.bytes),
                               .schema_id = dataset.schema().id});
  }
}

}  // namespace lake::catalog
