#include "lake/catalog/dataset.h"

#include <algorithm>

#include "lake/common/check.h"

namespace lake::catalog {
namespace {

/// The last change at or before `version`; null when the dataset did not exist yet.
const DatasetChange* ChangeAt(const Dataset& dataset, Version version) {
  const auto after = std::ranges::upper_bound(dataset.changes, version, {}, &DatasetChange::version);
  return after == dataset.changes.begin() ? nullptr : &*std::prev(after);
}

}  // namespace

const Schema& Dataset::SchemaAt(Version version) const {
  const DatasetChange* change = ChangeAt(*this, version);
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
  const DatasetChange* change = ChangeAt(*this, version);
  return change == nullptr ? 0 : change->rows;
}

uint64_t Dataset::BytesAt(Version version) const {
  const DatasetChange* change = ChangeAt(*this, version);
  return change == nullptr ? 0 : change->bytes;
}

bool Dataset::ExistsAt(Version version) const { return ChangeAt(*this, version) != nullptr; }

}  // namespace lake::catalog
