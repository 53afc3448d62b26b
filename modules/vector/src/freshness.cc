#include "lake/vector/freshness.h"

#include <algorithm>

namespace lake::vector {
namespace {

using catalog::Dataset;
using catalog::Version;

bool SameFiles(const Dataset& dataset, const Generation& generation, Version at) {
  return dataset.FilesAt(Version{generation.dataset_version}) == dataset.FilesAt(at);
}

}  // namespace

Deletions DeletionsOf(const Dataset& dataset) {
  Deletions deletions;
  if (dataset.tombstones == nullptr) return deletions;
  deletions.count = dataset.tombstones->tombstones.size();
  for (const catalog::Tombstone& tombstone : dataset.tombstones->tombstones)
    deletions.newest = std::max(deletions.newest.value_or(tombstone.deleted_at), tombstone.deleted_at);
  return deletions;
}

bool IsStale(const Dataset& dataset, const Generation& generation, Version now) {
  const bool untouched =
      !dataset.changes.empty() && dataset.changes.back().version.number <= generation.dataset_version;
  if (untouched) return false;
  return dataset.dropped.has_value() || !SameFiles(dataset, generation, now) ||
         (generation.deletions && *generation.deletions != DeletionsOf(dataset));
}

bool CoverSameRows(const Dataset& dataset, const Generation& one, const Generation& other) {
  return one.deletions && one.deletions == other.deletions &&
         SameFiles(dataset, one, Version{other.dataset_version});
}

std::optional<Timestamp> StaleSince(const Dataset& dataset, const Generation& generation, Version now) {
  if (!IsStale(dataset, generation, now)) return std::nullopt;
  for (const catalog::DatasetChange& change : dataset.changes)
    if (change.version.number > generation.dataset_version && !SameFiles(dataset, generation, change.version))
      return change.time;
  // Rows were deleted, or came back; of the latter nothing but the change is left.
  std::optional<Timestamp> first;
  if (dataset.tombstones != nullptr && generation.deletions)
    for (const catalog::Tombstone& tombstone : dataset.tombstones->tombstones)
      if (!generation.deletions->newest || tombstone.deleted_at > *generation.deletions->newest)
        first = std::min(first.value_or(tombstone.deleted_at), tombstone.deleted_at);
  return first ? first : dataset.changes.back().time;
}

}  // namespace lake::vector
