// What is known of a dataset: read, changed and committed as one document.
#include <utility>

#include "lake/common/json_io.h"
#include "lake/common/json_pointer.h"
#include "lake/tables/dataset_service.h"

namespace lake::tables {
namespace {

void Assign(const std::optional<std::string>& text, std::optional<std::string>* member) {
  if (!text) return;
  *member = text;
  if (text->empty()) member->reset();
}

Status ChangeColumns(const catalog::Schema& schema, const MetadataChange& change,
                     catalog::DatasetMetadata* metadata) {
  for (const auto& [name, said] : change.columns) {
    const catalog::Column* column = schema.Find(name);
    if (column == nullptr) {
      std::string pointer = "/columns";
      AppendPointer(name, &pointer);
      return InvalidArgument("column_not_found", "the dataset has no column '{}'", name)
          .WithDetail(std::move(pointer), "is no column of the dataset");
    }
    catalog::ColumnMetadata& known = metadata->Column(column->field_id);
    if (said.sensitivity) known.sensitivity = *said.sensitivity;
    Assign(said.description, &known.description);
  }
  return {};
}

}  // namespace

Result<DatasetService::DatasetRef> DatasetService::ChangeMetadata(const Context& context,
                                                                  const std::string& actor,
                                                                  std::string_view name,
                                                                  const MetadataChange& change) {
  MutexLock lock(metadata_mutex_);
  LAKE_ASSIGN_OR_RETURN(const DatasetRef dataset, Find(*catalog_.snapshot(), name));
  LAKE_ASSIGN_OR_RETURN(catalog::DatasetMetadata metadata, catalog::MetadataOf(*dataset));
  Assign(change.description, &metadata.description);
  Assign(change.owner, &metadata.owner);
  if (change.tags) metadata.tags = *change.tags;
  if (change.sensitivity) metadata.sensitivity = *change.sensitivity;
  LAKE_RETURN_IF_ERROR(ChangeColumns(dataset->schema(), change, &metadata));
  catalog::Transaction transaction;
  transaction.operation = "metadata";
  transaction.actor = actor;
  // A column must not change its meaning between our look and the commit.
  transaction.read_set.push_back({.dataset = dataset->id, .schema_id = dataset->schema().id, .files = {}});
  transaction.actions.emplace_back(
      catalog::SetMetadata{.dataset = dataset->id, .metadata = ToJson(metadata)});
  LAKE_RETURN_IF_ERROR(catalog_.Commit(context, std::move(transaction)));
  return AfterCommit(dataset->id);
}

}  // namespace lake::tables
