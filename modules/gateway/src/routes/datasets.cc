#include <algorithm>
#include <charconv>
#include <ranges>

#include "dataset_wire.h"
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
  const auto found = request.snapshot->ListDatasets(after, list.limit + 1);
  wire::Page<wire::Dataset> page;
  size_t objects = 0;
  for (const auto& dataset : found) {
    const bool full =
        page.items.size() == list.limit || (objects >= kMostObjectsOnPage && !page.items.empty());
    if (full) {
      page.next_page_token = wire::MakePageToken("datasets", page.items.back().name);
      break;
    }
    page.items.push_back(MakeDataset(*dataset, request.snapshot->version()));
    objects += page.items.back().objects.size();
  }
  return page;
}

Result<wire::Dataset> Create(DatasetService& datasets, const Request& request, wire::CreateDataset create) {
  tables::NewDataset fresh = {.name = std::move(create.name),
                              .columns = {},
                              .bucket = std::move(create.bucket),
                              .metadata = JsonValue::MakeObject()};
  for (wire::NewDatasetColumn& column : create.columns)
    fresh.columns.push_back({.name = std::move(column.name), .type = std::move(column.type)});
  LAKE_ASSIGN_OR_RETURN(const auto created,
                        datasets.Create(request.context, request.caller.name, std::move(fresh)));
  return MakeDataset(*created, created->changes.back().version);
}

Result<wire::Page<wire::DatasetVersion>> ListVersions(const Request& request,
                                                      const wire::ListOfDataset& list) {
  LAKE_ASSIGN_OR_RETURN(const auto dataset, DatasetService::Find(*request.snapshot, list.name));
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
    page.items.push_back({.version = change.version.number,
                          .time = change.time,
                          .operation = change.operation,
                          .actor = change.actor,
                          .rows = change.rows,
                          .bytes = change.bytes});
  }
  return page;
}

void AddTombstoneRoutes(Api& api, DatasetService& datasets) {
  api.Add<wire::AddTombstones, wire::TombstonesAdded>(
      {Method::kPost, "/catalog/datasets/by-name/{name}/tombstone",
       "Delete rows by key: they are gone for every reader that starts later.", Permission::kWrite},
      [&datasets](const Request& request, const wire::AddTombstones& add) -> Result<wire::TombstonesAdded> {
        const std::string actor = add.actor.value_or(request.caller.name);
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
        LAKE_ASSIGN_OR_RETURN(const auto dataset, DatasetService::Find(*request.snapshot, list.name));
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
        LAKE_ASSIGN_OR_RETURN(const auto dataset, DatasetService::Find(*request.snapshot, named.name));
        return MakeDataset(*dataset, request.snapshot->version());
      });
  api.Add<wire::NamedDataset, Nothing>({Method::kDelete, "/catalog/datasets/by-name/{name}",
                                        "Drop a dataset; it can be undropped.", Permission::kWrite},
                                       [&datasets](const Request& request, const wire::NamedDataset& named) {
                                         return datasets.Drop(request.context, request.caller.name,
                                                              named.name);
                                       });
  api.Add<wire::NamedDataset, wire::Dataset>(
      {Method::kPost, "/catalog/datasets/by-name/{name}/undrop",
       "Bring the last dropped dataset of that name back.", Permission::kWrite},
      [&datasets](const Request& request, const wire::NamedDataset& named) -> Result<wire::Dataset> {
        LAKE_ASSIGN_OR_RETURN(const auto dataset,
                              datasets.Undrop(request.context, request.caller.name, named.name));
        return MakeDataset(*dataset, dataset->changes.back().version);
      });
  api.Add<wire::ListOfDataset, wire::Page<wire::DatasetVersion>>(
      {Method::kGet, "/catalog/datasets/by-name/{name}/versions",
       "List the changes of a dataset, newest first.", Permission::kRead},
      ListVersions);
  AddTombstoneRoutes(api, datasets);
}

}  // namespace lake::gateway
