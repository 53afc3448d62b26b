#include "warm_up.h"

#include <cmath>
#include <vector>

namespace lake::profiles {
namespace {

constexpr size_t kHits = 10;

/// From nowhere in particular: what every walk reads first is in memory after it.
Status WalkOnce(const Context& context, vector::OpenIndex& index, const vector::IndexRecord& record) {
  if (index.chunks() == 0) return {};
  const size_t dimensions = index.segment().dimensions();
  const std::vector<float> query(dimensions, 1 / std::sqrt(static_cast<float>(dimensions)));
  const vector::WalkSettings walk = vector::UsualWalk(record);
  LAKE_RETURN_IF_ERROR(
      index.FindNearest(query, {.k = kHits, .ef_search = walk.ef_search, .usual = walk}, context.cancel));
  return {};
}

}  // namespace

Result<std::shared_ptr<vector::OpenIndex>> WarmUp(const Context& context, vector::OpenIndexes& indexes,
                                                  const vector::IndexRecord& record, uint64_t room_bytes) {
  const bool fits = record.live && record.live->segment.bytes <= room_bytes;
  LAKE_ASSIGN_OR_RETURN(
      std::shared_ptr<vector::OpenIndex> index,
      indexes.Warm(context, record, fits ? ann::Residence::kCopied : ann::Residence::kMapped));
  LAKE_RETURN_IF_ERROR(WalkOnce(context, *index, record));
  return index;
}

}  // namespace lake::profiles
