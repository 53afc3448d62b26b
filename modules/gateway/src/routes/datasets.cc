#include <algorithm>
#include <charconv>
#include <optional>
#include <ranges>

#include "dataset_wire.h"
#include "lake/access/decision.h"
#include "lake/common/fold.h"
#include "lake/gateway/routes.h"
#include "lake/gateway/wire/dataset.h"
#include "lake/tables/dataset_service.h"

namespace lake::gateway {
namespace {

using access::Request;
using tables::DatasetService;

/// A page ends early when its datasets have this many objects together.
constexpr size_t kMostObjectsOnPage = 20'000;

Result<wire::Page<wire::Dataset>> ListDatasets(const Request& request, const wire::ListRequest& list) {
  LAKE_ASSIGN_OR_RETURN(const std::string after, wire::ReadPageToken("datasets", list.page_token));
  const auto found = Reachable(request, Fold(after), list.limit + 1);
  wire::Page<wire::Dataset> page;
  size_t objects = 0;
  std::string last = after;
  for (size_t i = 0; i < found.size(); ++i) {
    if (i == list.limit || (objects >= kMostObjectsOnPage && !page.items.empty())) {
      page.next_page_token = wire::MakePageToken("datasets", last);
      break;
    }
    last = found[i]->name;
    Result<wire::Dataset> dataset = MakeDataset(request, *found[i]);
    if (!dataset.ok() && dataset.error().Is("dataset_forbidden")) continue;  // No column of it is left.
    if (!dataset.ok()) return std::move(dataset).error();
    page.items.push_back(std::move(*dataset));
    objects += page.items.back().objects.size();
  }
  return page;
}

Result<wire::Dataset> Create(DatasetService& datasets, const Request& request, wire::CreateDataset create) {
  LAKE_RETURN_IF_ERROR(access::MayReach(request, create.name));
  tables::NewDataset fresh = {.name = std::move(create.name),
                              .columns = {},
                              .bucket = std::move(create.bucket),
                              .metadata = JsonValue::MakeObject()};
  for (wire::NewDatasetColumn& column : create.columns)
    fresh.columns.push_back({.name = std::move(column.name), .type = std::move(column.type)});
  LAKE_ASSIGN_OR_RETURN(const auto created,
                        datasets.Create(request.context, request.caller.name, std::move(fresh)));
  return MakeDatasetAt(request, *created, created->changes.back().version);
}

std::optional<catalog::ColumnSensitivity> SensitivityOf(wire::NewSensitivity said) {
  switch (said) {
    case wire::NewSensitivity::kUnclassified:
      return std::nullopt;
    case wire::NewSensitivity::kPublic:
      return catalog::ColumnSensitivity::kPublic;
    case wire::NewSensitivity::kInternal:
      return catalog::ColumnSensitivity::kInternal;
    case wire::NewSensitivity::kPii:
      return catalog::ColumnSensitivity::kPii;
    case wire::NewSensitivity::kFinancial:
      return catalog::ColumnSensitivity::kFinancial;
    case wire::NewSensitivity::kRestricted:
      return catalog::ColumnSensitivity::kRestricted;
  }
  return std::nullopt;
}

tables::MetadataChange::Sensitivity ChangeOf(const std::optional<wire::NewSensitivity>& said) {
  if (!said) return std::nullopt;
  return SensitivityOf(*said);
}

/// Who may write may describe; what is sensitive decides who sees what, so that is for administrators.
Status RequireForPatch(const Request& request, const wire::PatchMetadata& patch) {
  bool classifies = patch.sensitivity.has_value();
  for (const auto& [name, column] : patch.columns) classifies = classifies || column.sensitivity.has_value();
  return classifies ? access::Require(request, Permission::kAdmin) : Status();
}

Result<wire::Dataset> Patch(DatasetService& datasets, const Request& request, wire::PatchMetadata patch) {
  LAKE_RETURN_IF_ERROR(RequireForPatch(request, patch));
  LAKE_ASSIGN_OR_RETURN(const auto before, access::FindDataset(request, patch.name));
  LAKE_ASSIGN_OR_RETURN(const access::Decision decision, access::Decide(request, *before, before->schema()));
  tables::MetadataChange change = {.description = std::move(patch.description),
                                   .owner = std::move(patch.owner),
                                   .tags = std::move(patch.tags),
                                   .sensitivity = ChangeOf(patch.sensitivity),
                                   .columns = {}};
  for (auto& [name, column] : patch.columns) {
    if (!decision.Shows(name))
      return InvalidArgument("column_not_found", "the dataset has no column '{}'", name)
          .WithDetail("/columns", "names a column that is not there");
    change.columns.emplace(
        name, tables::MetadataChange::ColumnChange{.sensitivity = ChangeOf(column.sensitivity),
                                                   .description = std::move(column.description)});
  }
  LAKE_ASSIGN_OR_RETURN(const auto changed,
                        datasets.ChangeMetadata(request.context, request.caller.name, patch.name, change));
  return MakeDatasetAt(request, *changed, changed->changes.back().version);
}

/// Figures about all rows are for those who see all rows; the decision that says so.
Result<access::Decision> RequireAllRows(const Request& request, const catalog::Dataset& dataset) {
  LAKE_ASSIGN_OR_RETURN(access::Decision decision, access::Decide(request, dataset, dataset.schema()));
  if (decision.row_filter().empty()) return decision;
  return PermissionDenied("forbidden", "role '{}' does not see every row of dataset '{}'",
                          request.caller.role, dataset.name);
}

/// Row keys are values of a column.
Status RequireKeyColumn(const Request& request, const catalog::Dataset& dataset, std::string_view column) {
  LAKE_ASSIGN_OR_RETURN(const access::Decision decision, RequireAllRows(request, dataset));
  for (const access::ColumnDecision& decided : decision.columns())
    if (SameFolded(decided.column.name, column) && !decided.clear())
      return PermissionDenied("forbidden", "role '{}' does not see the row keys of dataset '{}'",
                              request.caller.role, dataset.name);
  return {};
}

/// Rows are deleted by one column, which may be another than the one in the request.
Status RequireForTombstones(const Request& request, const catalog::Dataset& dataset,
                            const std::string& column) {
  LAKE_ASSIGN_OR_RETURN(const access::Decision decision, RequireAllRows(request, dataset));
  if (dataset.tombstones != nullptr)
    LAKE_RETURN_IF_ERROR(RequireKeyColumn(request, dataset, dataset.tombstones->row_key_column));
  if (!decision.Shows(column))  // As of a column that is not there: the answer must not tell which are.
    return InvalidArgument("column_not_found", "dataset '{}' has no column '{}'", dataset.name, column)
        .WithDetail("/row_key_column", "is no column of the dataset");
  return RequireKeyColumn(request, dataset, column);
}

Result<wire::Page<wire::DatasetVersion>> ListVersions(const Request& request,
                                                      const wire::ListOfDataset& list) {
  LAKE_ASSIGN_OR_RETURN(const auto dataset, access::FindDataset(request, list.name));
  LAKE_RETURN_IF_ERROR(RequireAllRows(request, *dataset));
  LAKE_ASSIGN_OR_RETURN(const std::string position, wire::ReadPageToken("versions", list.page_token));
  uint64_t before = UINT64_MAX;
  std::from_chars(position.data(), position.data() + position.size(), before);
  wire::Page<wire::DatasetVersion> page;
  for (const auto& change : std::views::reverse(dataset->changes)) {
    if (change.version.number >= before) continue;
    if (page.items.size() == list.limit) {
      page.next_page_token = wire::MakePageToken("versions", fmt::to_string(page.items.back().version));
      break;
    }
    page.items.push_back(MakeVersion(change));
  }
  return page;
}

void AddTombstoneRoutes(Api& api, DatasetService& datasets) {
  api.Add<wire::AddTombstones, wire::TombstonesAdded>(
      {Method::kPost, "/catalog/datasets/by-name/{name}/tombstone",
       "Delete rows by key: they are gone for every reader that starts later.", Permission::kWrite},
      [&datasets](const Request& request, const wire::AddTombstones& add) -> Result<wire::TombstonesAdded> {
        const std::string actor = add.actor.value_or(request.caller.name);
        LAKE_ASSIGN_OR_RETURN(const auto dataset, access::FindDataset(request, add.name));
        LAKE_RETURN_IF_ERROR(RequireForTombstones(request, *dataset, add.row_key_column));
        tables::TombstoneRequest wanted = {
            .row_key_column = add.row_key_column, .row_key_values = add.row_key_values, .reason = add.reason};
        LAKE_ASSIGN_OR_RETURN(const tables::TombstonesInForce in_force,
                              datasets.AddTombstones(request.context, actor, add.name, std::move(wanted)));
        wire::TombstonesAdded added = {.version = in_force.version.number, .items = {}};
        for (const catalog::Tombstone& tombstone : in_force.tombstones)
          added.items.push_back({.dataset = add.name,
                                 .row_key_column = add.row_key_column,
                                 .row_key_value = tombstone.row_key_value,
                                 .deleted_at = tombstone.deleted_at,
                                 .actor = tombstone.actor,
                                 .reason = tombstone.reason});
        return added;
      });
  api.Add<wire::ListOfDataset, wire::Page<wire::Tombstone>>(
      {Method::kGet, "/catalog/datasets/by-name/{name}/tombstone", "List deleted rows.", Permission::kRead},
      [](const Request& request, const wire::ListOfDataset& list) -> Result<wire::Page<wire::Tombstone>> {
        LAKE_ASSIGN_OR_RETURN(const auto dataset, access::FindDataset(request, list.name));
        if (dataset->tombstones != nullptr)
          LAKE_RETURN_IF_ERROR(RequireKeyColumn(request, *dataset, dataset->tombstones->row_key_column));
        LAKE_ASSIGN_OR_RETURN(const std::string after, wire::ReadPageToken("tombstones", list.page_token));
        return PageOfTombstones(*dataset, after, list.limit);
      });
}

}  // namespace

void AddDatasetRoutes(Api& api, DatasetService& datasets) {
  api.Add<wire::ListRequest, wire::Page<wire::Dataset>>(
      {Method::kGet, "/catalog/datasets", "List datasets by name.", Permission::kRead}, ListDatasets);
  api.Add<wire::CreateDataset, wire::Dataset>(
      {Method::kPost, "/catalog/datasets", "Create an empty dataset.", Permission::kWrite, Success::kCreated},
      [&datasets](const Request& request, wire::CreateDataset create) {
        return Create(datasets, request, std::move(create));
      });
  api.Add<wire::NamedDataset, wire::Dataset>(
      {Method::kGet, "/catalog/datasets/by-name/{name}", "Show a dataset.", Permission::kRead},
      [](const Request& request, const wire::NamedDataset& named) -> Result<wire::Dataset> {
        LAKE_ASSIGN_OR_RETURN(const auto dataset, access::FindDataset(request, named.name));
        return MakeDataset(request, *dataset);
      });
  api.Add<wire::NamedDataset, Nothing>(
      {Method::kDelete, "/catalog/datasets/by-name/{name}", "Drop a dataset; it can be undropped.",
       Permission::kWrite},
      [&datasets](const Request& request, const wire::NamedDataset& named) -> Status {
        LAKE_RETURN_IF_ERROR(access::MayReach(request, named.name));
        return datasets.Drop(request.context, request.caller.name, named.name);
      });
  api.Add<wire::NamedDataset, wire::Dataset>(
      {Method::kPost, "/catalog/datasets/by-name/{name}/undrop",
       "Bring the last dropped dataset of that name back.", Permission::kWrite},
      [&datasets](const Request& request, const wire::NamedDataset& named) -> Result<wire::Dataset> {
        LAKE_RETURN_IF_ERROR(access::MayReach(request, named.name));
        LAKE_ASSIGN_OR_RETURN(const auto dataset,
                              datasets.Undrop(request.context, request.caller.name, named.name));
        return MakeDatasetAt(request, *dataset, dataset->changes.back().version);
      });
  api.Add<wire::PatchMetadata, wire::Dataset>(
      {Method::kPatch, "/catalog/datasets/by-name/{name}/metadata",
       "Describe a dataset and its columns; what is sensitive is for administrators to say.",
       Permission::kWrite},
      [&datasets](const Request& request, wire::PatchMetadata patch) {
        return Patch(datasets, request, std::move(patch));
      });
  api.Add<wire::ListOfDataset, wire::Page<wire::DatasetVersion>>(
      {Method::kGet, "/catalog/datasets/by-name/{name}/versions",
       "List the changes of a dataset, newest first.", Permission::kRead},
      ListVersions);
  AddTombstoneRoutes(api, datasets);
}

}  // namespace lake::gateway
