#include "dataset_wire.h"

#include <algorithm>
#include <map>
#include <string>

#include "lake/common/digest.h"
#include "lake/common/fold.h"
#include "lake/common/json_io.h"

namespace lake::gateway {
namespace {

/// Of the columns as they are shown: it says nothing about others.
std::string Fingerprint(const access::Decision& decision) {
  JsonValue shown = JsonValue::MakeArray();
  for (const access::ColumnDecision& column : decision.columns())
    if (column.visible())
      shown.Append(JsonValue::Array{column.column.field_id, column.column.name, column.shown_type()});
  return "sha256:" + Sha256Hex(WriteJson(shown));
}

}  // namespace

std::vector<std::shared_ptr<const catalog::Dataset>> Reachable(const access::Request& request,
                                                               std::string_view after, size_t limit) {
  if (request.role->datasets == access::DatasetReach::kAll)
    return request.snapshot->ListDatasets(after, limit);
  std::map<std::string, std::shared_ptr<const catalog::Dataset>> found;
  for (const auto& [name, rules] : request.role->columns)
    if (std::string folded = Fold(name); folded > after)
      if (auto dataset = request.snapshot->FindDatasetByName(name))
        found.emplace(std::move(folded), std::move(dataset));
  std::vector<std::shared_ptr<const catalog::Dataset>> datasets;
  for (auto& [name, dataset] : found)
    if (datasets.size() < limit) datasets.push_back(std::move(dataset));
  return datasets;
}

Result<ShownDataset> ShownDataset::Make(const access::Request& request, const catalog::Dataset& dataset,
                                        catalog::Version at) {
  LAKE_ASSIGN_OR_RETURN(access::Decision decision, access::Decide(request, dataset, dataset.SchemaAt(at)));
  LAKE_ASSIGN_OR_RETURN(catalog::DatasetMetadata metadata, catalog::MetadataOf(dataset));
  return ShownDataset(dataset, at, std::move(decision), std::move(metadata));
}

wire::Dataset ShownDataset::Summary() const {
  const catalog::DatasetChange* seen = dataset_.ChangeAt(at_);
  const catalog::DatasetChange& last = seen != nullptr ? *seen : dataset_.changes.front();
  wire::Dataset made = {.id = dataset_.id.value(),
                        .name = dataset_.name,
                        .bucket = dataset_.bucket,
                        .objects = {},
                        .columns = {},
                        .schema_fingerprint = Fingerprint(decision_),
                        .row_count = {},
                        .description = metadata_.description,
                        .owner = metadata_.owner,
                        .tags = metadata_.tags,
                        .sensitivity = metadata_.sensitivity,
                        .version = last.version.number,
                        .created_at = dataset_.changes.front().time,
                        .updated_at = last.time};
  if (ShowsAllRows()) made.row_count = dataset_.RowsAt(at_);
  return made;
}

std::vector<wire::DatasetColumn> ShownDataset::Columns() const {
  std::vector<wire::DatasetColumn> columns;
  for (const access::ColumnDecision& column : decision_.columns()) {
    if (!column.visible()) continue;
    wire::DatasetColumn shown = {.name = column.column.name,
                                 .type = column.shown_type(),
                                 .field_id = column.column.field_id,
                                 .sensitivity = column.sensitivity,
                                 .rule = {},
                                 .description = {}};
    if (!column.clear()) shown.rule = std::string(access::NameOfRule(column.rule));
    if (const auto* known = metadata_.Find(column.column.field_id)) shown.description = known->description;
    columns.push_back(std::move(shown));
  }
  return columns;
}

std::vector<wire::DatasetObject> ShownDataset::Objects() const {
  std::vector<wire::DatasetObject> objects;
  if (!decision_.unrestricted()) return objects;
  for (const auto& file : dataset_.FilesAt(at_))
    objects.push_back({.bucket = file->bucket,
                       .key = file->key,
                       .size = file->bytes,
                       .rows = file->rows,
                       .checksum = file->checksum});
  return objects;
}

Result<wire::Dataset> MakeDataset(const access::Request& request, const catalog::Dataset& dataset) {
  return MakeDatasetAt(request, dataset, request.snapshot->version());
}

Result<wire::Dataset> MakeDatasetAt(const access::Request& request, const catalog::Dataset& dataset,
                                    catalog::Version at) {
  LAKE_ASSIGN_OR_RETURN(const ShownDataset shown, ShownDataset::Make(request, dataset, at));
  wire::Dataset made = shown.Summary();
  made.columns = shown.Columns();
  made.objects = shown.Objects();
  return made;
}

wire::DatasetVersion MakeVersion(const catalog::DatasetChange& change) {
  return {.version = change.version.number,
          .time = change.time,
          .operation = change.operation,
          .actor = change.actor,
          .rows = change.rows,
          .bytes = change.bytes};
}

wire::Page<wire::Tombstone> PageOfTombstones(const catalog::Dataset& dataset, std::string_view after,
                                             size_t limit) {
  wire::Page<wire::Tombstone> page;
  if (!dataset.tombstones) return page;
  const auto& all = dataset.tombstones->tombstones;
  auto next = after.empty()
                  ? all.begin()
                  : std::ranges::upper_bound(all, after, {}, [](const catalog::Tombstone& tombstone) {
                      return std::string_view(tombstone.row_key_value);
                    });
  for (; next != all.end() && page.items.size() < limit; ++next)
    page.items.push_back({.dataset = dataset.name,
                          .row_key_column = dataset.tombstones->row_key_column,
                          .row_key_value = next->row_key_value,
                          .deleted_at = next->deleted_at,
                          .actor = next->actor,
                          .reason = next->reason});
  if (next != all.end())
    page.next_page_token = wire::MakePageToken("tombstones", page.items.back().row_key_value);
  return page;
}

}  // namespace lake::gateway
