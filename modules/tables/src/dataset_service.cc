#include "lake/tables/dataset_service.h"

#include <algorithm>
#include <set>

#include "lake/common/fold.h"
#include "lake/tables/column_type.h"

namespace lake::tables {
namespace {

constexpr size_t kMaxNameBytes = 255;  // A name is one path segment on every file system.
constexpr size_t kMaxTombstoneKeys =
    100'000;  // One request's keys stay far below the size of a commit object.

bool IsLetterOrDigit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

Result<std::vector<catalog::Column>> MakeColumns(const std::vector<NewColumn>& columns) {
  std::vector<catalog::Column> made;
  std::set<std::string> names;
  for (size_t i = 0; i < columns.size(); ++i) {
    LAKE_RETURN_IF_ERROR(CheckColumnName(columns[i].name));
    if (!names.insert(Fold(columns[i].name)).second)
      return InvalidArgument("duplicate_column", "two columns are called '{}'", columns[i].name)
          .WithDetail(fmt::format("/columns/{}/name", i), "is used by an earlier column");
    LAKE_ASSIGN_OR_RETURN(std::string type, ParseColumnType(columns[i].type));
    made.push_back(
        {.field_id = static_cast<int32_t>(i + 1), .name = columns[i].name, .type = std::move(type)});
  }
  if (made.empty()) return InvalidArgument("no_columns", "a dataset needs at least one column");
  return made;
}

catalog::Transaction OneAction(std::string operation, const std::string& actor, catalog::Action action) {
  catalog::Transaction transaction;
  transaction.operation = std::move(operation);
  transaction.actor = actor;
  transaction.actions.push_back(std::move(action));
  return transaction;
}

/// Both ascending.
std::vector<catalog::Tombstone> Chosen(const catalog::TombstoneSet& set,
                                       const std::set<std::string>& values) {
  std::vector<catalog::Tombstone> chosen;
  std::ranges::copy_if(set.tombstones, std::back_inserter(chosen), [&](const catalog::Tombstone& tombstone) {
    return values.contains(tombstone.row_key_value);
  });
  return chosen;
}

}  // namespace

Result<std::shared_ptr<storage::ObjectStore>> BucketForWriting(const storage::BucketRegistry& buckets,
                                                               const std::string& name) {
  Result<std::shared_ptr<storage::ObjectStore>> store = buckets.Find(storage::BucketName(name));
  if (store.ok()) return store;
  constexpr size_t kShown = 63;  // No bucket's name is longer.
  return Unavailable("bucket_not_found", "bucket '{}' is not attached", name.substr(0, kShown));
}

Status CheckDatasetName(std::string_view name) {
  auto bad = [&](std::string_view why) -> Status {
    return InvalidArgument("bad_dataset_name", "'{}' cannot name a dataset: {}", name.substr(0, 100), why);
  };
  if (name.empty()) return bad("it is empty");
  if (name.size() > kMaxNameBytes) return bad("it is longer than 255 bytes");
  if (!IsLetterOrDigit(name.front())) return bad("it must start with a letter or a digit");
  for (char c : name)
    if (!IsLetterOrDigit(c) && c != '_' && c != '-' && c != '.')
      return bad("only letters, digits, '_', '-' and '.' are allowed");
  if (Fold(name) == "system") return bad("it is reserved");
  return {};
}

Status CheckColumnName(std::string_view name) {
  auto bad = [&](std::string_view why) -> Status {
    return InvalidArgument("bad_column_name", "'{}' cannot name a column: {}", name.substr(0, 100), why);
  };
  if (name.empty()) return bad("it is empty");
  if (name.size() > kMaxNameBytes) return bad("it is longer than 255 bytes");
  if (std::ranges::any_of(name, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }))
    return bad("it contains a control character");
  return {};
}

Result<DatasetService::DatasetRef> DatasetService::Find(const catalog::Snapshot& snapshot,
                                                        std::string_view name) {
  if (DatasetRef dataset = snapshot.FindDatasetByName(name)) return dataset;
  return NotFound("dataset_not_found", "dataset '{}' does not exist", name.substr(0, kMaxNameBytes));
}

Result<DatasetService::DatasetRef> DatasetService::AfterCommit(const catalog::DatasetId& id) const {
  DatasetRef dataset = catalog_.snapshot()->FindDataset(id);
  if (dataset == nullptr) return Internal("dataset_vanished", "the dataset is gone right after its commit");
  return dataset;
}

Result<DatasetService::DatasetRef> DatasetService::Create(const Context& context, const std::string& actor,
                                                          NewDataset dataset) {
  LAKE_RETURN_IF_ERROR(CheckDatasetName(dataset.name));
  LAKE_ASSIGN_OR_RETURN(std::vector<catalog::Column> columns, MakeColumns(dataset.columns));
  LAKE_RETURN_IF_ERROR(BucketForWriting(buckets_, dataset.bucket));
  catalog::DatasetId id(random_.NextUuid(clock_.Now().micros / 1000));
  LAKE_RETURN_IF_ERROR(
      catalog_.Commit(context, OneAction("create", actor,
                                         catalog::CreateDataset{.dataset = id,
                                                                .name = dataset.name,
                                                                .bucket = dataset.bucket,
                                                                .columns = std::move(columns),
                                                                .metadata = std::move(dataset.metadata)})));
  return AfterCommit(id);
}

Status DatasetService::Drop(const Context& context, const std::string& actor, std::string_view name) {
  LAKE_ASSIGN_OR_RETURN(DatasetRef dataset, Find(*catalog_.snapshot(), name));
  LAKE_RETURN_IF_ERROR(
      catalog_.Commit(context, OneAction("drop", actor, catalog::DropDataset{.dataset = dataset->id})));
  return {};
}

Result<DatasetService::DatasetRef> DatasetService::Undrop(const Context& context, const std::string& actor,
                                                          std::string_view name) {
  catalog::SnapshotRef snapshot = catalog_.snapshot();
  std::vector<DatasetRef> dropped = snapshot->FindDropped(name);
  if (dropped.empty()) {
    if (snapshot->FindDatasetByName(name) != nullptr)
      return AlreadyExists("dataset_exists", "dataset '{}' is not dropped", name.substr(0, kMaxNameBytes));
    return NotFound("dataset_not_found", "no dropped dataset is called '{}'", name.substr(0, kMaxNameBytes));
  }
  catalog::DatasetId id = dropped.front()->id;
  LAKE_RETURN_IF_ERROR(
      catalog_.Commit(context, OneAction("undrop", actor, catalog::UndropDataset{.dataset = id})));
  return AfterCommit(id);
}

Result<TombstonesInForce> DatasetService::AddTombstones(const Context& context, const std::string& actor,
                                                        std::string_view name, TombstoneRequest request) {
  LAKE_ASSIGN_OR_RETURN(DatasetRef dataset, Find(*catalog_.snapshot(), name));
  if (request.row_key_values.empty() || request.row_key_values.size() > kMaxTombstoneKeys)
    return InvalidArgument("bad_tombstone", "name between 1 and {} row keys", kMaxTombstoneKeys)
        .WithDetail("/row_key_values", "has a wrong number of items");
  if (dataset->schema().Find(request.row_key_column) == nullptr)
    return InvalidArgument("column_not_found", "dataset '{}' has no column '{}'", dataset->name,
                           request.row_key_column)
        .WithDetail("/row_key_column", "is no column of the dataset");
  const std::set<std::string> values(request.row_key_values.begin(), request.row_key_values.end());
  LAKE_ASSIGN_OR_RETURN(
      const catalog::CommitOutcome outcome,
      catalog_.Commit(context,
                      OneAction("tombstone", actor,
                                catalog::AddTombstones{.dataset = dataset->id,
                                                       .row_key_column = request.row_key_column,
                                                       .row_key_values = std::move(request.row_key_values),
                                                       .actor = actor,
                                                       .reason = std::move(request.reason)})));
  LAKE_ASSIGN_OR_RETURN(dataset, AfterCommit(dataset->id));
  TombstonesInForce in_force = {.version = outcome.version, .tombstones = {}};
  if (dataset->tombstones != nullptr) in_force.tombstones = Chosen(*dataset->tombstones, values);
  return in_force;
}

}  // namespace lake::tables
