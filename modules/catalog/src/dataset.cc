#include "lake/catalog/dataset.h"

#include <algorithm>

#include "lake/common/check.h"

namespace lake::catalog {

const DatasetChange* Dataset::ChangeAt(Version version) const {
  const auto after = std::ranges::upper_bound(changes, version, {}, &DatasetChange::version);
  return after == changes.begin() ? nullptr : &*std::prev(after);
}

const Schema& Dataset::SchemaAt(Version version) const {
  const DatasetChange* change = ChangeAt(version);
  if (change == nullptr) return schemas.front();
  const auto found = std::ranges::lower_bound(schemas, change->schema_id, {}, &Schema::id);
  LAKE_CHECK(found != schemas.end());
  return *found;
}

std::vector<std::shared_ptr<const DataFile>> Dataset::FilesAt(Version version) const {
  std::vector<std::shared_ptr<const DataFile>> visible;
  for (const auto& file : files)
    if (file->VisibleAt(version)) visible.push_back(file);
  return visible;
}

uint64_t Dataset::RowsAt(Version version) const {
  const DatasetChange* change = ChangeAt(version);
  return change == nullptr ? 0 : change->rows;
}

uint64_t Dataset::BytesAt(Version version) const {
  const DatasetChange* change = ChangeAt(version);
  return change == nullptr ? 0 : change->bytes;
}

bool Dataset::ExistsAt(Version version) const { return ChangeAt(version) != nullptr; }

}  // namespace lake::catalog
