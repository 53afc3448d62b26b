#include "dataset_wire.h"

#include <algorithm>

#include "lake/common/digest.h"
#include "lake/common/json_io.h"

namespace lake::gateway {
namespace {

std::string Fingerprint(const catalog::Schema& schema) {
  JsonValue columns = JsonValue::MakeArray();
  for (const catalog::Column& column : schema.columns)
    columns.Append(JsonValue::Array{column.field_id, column.name, column.type});
  return "sha256:" + Sha256Hex(WriteJson(columns));
}

/// The last change a reader at `at` sees; the first one of all for a reader before it.
const catalog::DatasetChange& LastChangeAt(const catalog::Dataset& dataset, catalog::Version at) {
  const auto later = std::ranges::upper_bound(dataset.changes, at, {}, &catalog::DatasetChange::version);
  return later == dataset.changes.begin() ? *later : *std::prev(later);
}

}  // namespace

wire::Dataset MakeDataset(const catalog::Dataset& dataset, catalog::Version at) {
  const catalog::Schema& schema = dataset.SchemaAt(at);
  const catalog::DatasetChange& last = LastChangeAt(dataset, at);
  wire::Dataset made = {.id = dataset.id.value(),
                        .name = dataset.name,
                        .bucket = dataset.bucket,
                        .objects = {},
                        .columns = {},
                        .schema_fingerprint = Fingerprint(schema),
                        .row_count = dataset.RowsAt(at),
                        .version = last.version.number,
                        .created_at = dataset.changes.front().time,
                        .updated_at = last.time};
  for (const auto& file : dataset.FilesAt(at))
    made.objects.push_back({.bucket = file->bucket,
                            .key = file->key,
                            .size = file->bytes,
                            .rows = file->rows,
                            .checksum = file->checksum});
  for (const catalog::Column& column : schema.columns)
    made.columns.push_back({.name = column.name, .type = column.type, .field_id = column.field_id});
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
