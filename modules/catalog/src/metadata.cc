#include "lake/catalog/metadata.h"

#include <algorithm>

#include "lake/common/json_io.h"

namespace lake::catalog {

const ColumnMetadata* DatasetMetadata::Find(int32_t field_id) const {
  const auto found = std::ranges::find(columns, field_id, &ColumnMetadata::field_id);
  return found == columns.end() ? nullptr : &*found;
}

ColumnMetadata& DatasetMetadata::Column(int32_t field_id) {
  auto place = std::ranges::lower_bound(columns, field_id, {}, &ColumnMetadata::field_id);
  if (place == columns.end() || place->field_id != field_id)
    place =
        columns.insert(place, {.field_id = field_id, .sensitivity = {}, .description = {}, .unknown = {}});
  return *place;
}

Result<DatasetMetadata> MetadataOf(const Dataset& dataset) {
  if (dataset.metadata.is_null()) return DatasetMetadata{};
  Result<DatasetMetadata> metadata = FromJson<DatasetMetadata>(dataset.metadata, Reading::kTolerant);
  if (metadata.ok()) return metadata;
  return DataLoss("metadata_damaged", "the metadata of dataset '{}' cannot be read", dataset.name)
      .WithCause(metadata.error().message());
}

}  // namespace lake::catalog
