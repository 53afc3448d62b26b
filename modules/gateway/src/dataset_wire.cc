#include "dataset_wire.h"

#include <algorithm>

#include "lake/access/decision.h"
#include "lake/catalog/metadata.h"
#include "lake/common/digest.h"
#include "lake/common/json_io.h"

namespace lake::gateway {
namespace {

/// Of the columns as they are shown: it says nothing about others.
std::string Fingerprint(const std::vector<wire::DatasetColumn>& columns) {
  JsonValue shown = JsonValue::MakeArray();
  for (const wire::DatasetColumn& column : columns)
    shown.Append(JsonValue::Array{column.field_id, column.name, column.type});
  return "sha256:" + Sha256Hex(WriteJson(shown));
}

std::vector<wire::DatasetColumn> ShownColumns(const access::Decision& decision,
                                              const catalog::DatasetMetadata& metadata) {
  std::vector<wire::DatasetColumn> columns;
  for (const access::ColumnDecision& column : decision.columns()) {
    if (!column.visible()) continue;
    wire::DatasetColumn shown = {.name = column.column.name,
                                 .type = column.shown_type(),
                                 .field_id = column.column.field_id,
                                 .sensitivity = column.sensitivity,
                                 .rule = {},
                                 .description = {}};
    if (!column.clear()) shown.rule = std::string(access::NameOfRule(column.rule));
    if (const auto* known = metadata.Find(column.column.field_id)) shown.description = known->description;
    columns.push_back(std::move(shown));
  }
  return columns;
}

/// The last change a reader at `at` sees; the first one of all for a reader before it.
const catalog::DatasetChange& LastChangeAt(const catalog::Dataset& dataset, catalog::Version at) {
  const auto later = std::ranges::upper_bound(dataset.changes, at, {}, &catalog::DatasetChange::version);
  return later == dataset.changes.begin() ? *later : *std::prev(later);
}

}  // namespace

Result<wire::Dataset> MakeDataset(const access::Request& request, const catalog::Dataset& dataset) {
  return MakeDatasetAt(request, dataset, request.snapshot->version());
}

Result<wire::Dataset> MakeDatasetAt(const access::Request& request, const catalog::Dataset& dataset,
                                    catalog::Version at) {
  LAKE_ASSIGN_OR_RETURN(const access::Decision decision,
                        access::Decide(request, dataset, dataset.SchemaAt(at)));
  LAKE_ASSIGN_OR_RETURN(const catalog::DatasetMetadata metadata, catalog::MetadataOf(dataset));
  const catalog::DatasetChange& last = LastChangeAt(dataset, at);
  wire::Dataset made = {.id = dataset.id.value(),
                        .name = dataset.name,
                        .bucket = dataset.bucket,
                        .objects = {},
                        .columns = ShownColumns(decision, metadata),
                        .schema_fingerprint = {},
                        .row_count = {},
                        .description = metadata.description,
                        .owner = metadata.owner,
                        .tags = metadata.tags,
                        .sensitivity = metadata.sensitivity,
                        .version = last.version.number,
                        .created_at = dataset.changes.front().time,
                        .updated_at = last.time};
  made.schema_fingerprint = Fingerprint(made.columns);
  if (decision.row_filter().empty()) made.row_count = dataset.RowsAt(at);
  if (!decision.unrestricted()) return made;
  for (const auto& file : dataset.FilesAt(at))
    made.objects.push_back({.bucket = file->bucket,
                            .key = file->key,
                            .size = file->bytes,
                            .rows = file->rows,
                            .checksum = file->checksum});
  return made;
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
