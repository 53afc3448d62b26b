#include "beam.h"

#include <array>
#include <cstring>

#include "kernel_sets.h"

namespace lake::ann {

bool Beam::Insert(size_t width, Candidate candidate) {
  if (size_ == width && !(candidate < Plain(pool_[size_ - 1]))) return false;
  size_t low = 0;
  size_t high = size_;
  while (low < high) {
    const size_t middle = (low + high) / 2;
    if (Plain(pool_[middle]) < candidate)
      low = middle + 1;
    else
      high = middle;
  }
  if (size_ < width) ++size_;
  std::memmove(&pool_[low] + 1, &pool_[low], (size_ - 1 - low) * sizeof(Candidate));
  pool_[low] = candidate;
  next_ = std::min(next_, low);
  return true;
}

void Beam::Offer(const Way& way, std::span<const uint32_t> rows) {
  std::array<float, kMaxRowsAtOnce> distances;
  way.rows.Distances(way.origin, way.code, rows, distances.data());
  statistics_.distances += rows.size();
  for (size_t i = 0; i < rows.size(); ++i)
    if (Insert(way.width, {distances[i], rows[i]}))
      PrefetchBytes(way.graph.begin_of(rows[i]), way.graph.degree * sizeof(uint32_t));
}

void Beam::Expand(const Way& way, uint32_t row) {
  std::array<uint32_t, kMaxRowsAtOnce> fresh;
  size_t count = 0;
  ++statistics_.hops;
  const uint32_t* neighbours = way.graph.begin_of(row);
  for (size_t i = 0; i < way.graph.degree; ++i) {
    if (neighbours[i] >= way.rows.count) {
      damaged_ |= neighbours[i] != kNoRow;
      break;
    }
    if (visited_.Visit(neighbours[i])) fresh[count++] = neighbours[i];
  }
  Offer(way, {fresh.data(), count});
}

void Beam::Walk(const Graph& graph, const CodedRows& rows, Code code, const Origin& origin, size_t width,
                std::span<const uint32_t> starts) {
  const Way way = {.graph = graph, .rows = rows, .code = code, .origin = origin, .width = width};
  Prepare(rows.count, width);
  std::array<uint32_t, kMaxRowsAtOnce> fresh;
  size_t count = 0;
  for (const uint32_t row : starts.first(std::min(starts.size(), kMaxRowsAtOnce)))
    if (visited_.Visit(row)) fresh[count++] = row;
  Offer(way, {fresh.data(), count});
  while (next_ < size_) {
    const uint32_t row = pool_[next_].row;
    if ((row & kExpanded) == 0) {
      pool_[next_].row |= kExpanded;
      ++next_;
      Expand(way, row);
    } else {
      ++next_;
    }
  }
  for (size_t i = 0; i < size_; ++i) pool_[i] = Plain(pool_[i]);
}

}  // namespace lake::ann
