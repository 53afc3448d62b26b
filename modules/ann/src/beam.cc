#include "beam.h"

#include <bit>
#include <cmath>
#include <cstring>

#include "kernel_sets.h"

namespace lake::ann {
namespace {

/// Rows whose neighbours are looked at together: their waits for memory overlap, and hardly one would not
/// have been expanded by itself.
constexpr size_t kExpandedAtOnce = 2;
constexpr uint32_t kSign = 0x80000000;

/// Floats are ordered as their bits are once negative ones are turned about.
uint64_t KeyOf(Candidate candidate) {
  const auto bits = std::bit_cast<uint32_t>(candidate.distance);
  const uint32_t ordered = (bits & kSign) != 0 ? ~bits : bits | kSign;
  return uint64_t{ordered} << 32 | candidate.row;
}

/// Marked or not.
Candidate CandidateOf(uint64_t key) {
  const auto ordered = static_cast<uint32_t>(key >> 32);
  const uint32_t bits = (ordered & kSign) != 0 ? ordered & ~kSign : ~ordered;
  return {std::bit_cast<float>(bits), static_cast<uint32_t>(key) & ~kSign};
}

}  // namespace

bool Beam::Insert(size_t width, Key candidate) {
  if (size_ == width && candidate > (pool_[size_ - 1] & ~kExpanded)) return false;
  // The place is anywhere, so branches would be foreseen half of the time.
  const Key* place = pool_.data();
  for (size_t left = size_; left > 0;) {
    const size_t half = (left + 1) / 2;
    const auto behind = static_cast<size_t>((place[half - 1] & ~kExpanded) < candidate);
    place += half & (0 - behind);
    left -= half;
  }
  const auto low = static_cast<size_t>(place - pool_.data());
  if (size_ < width) ++size_;
  std::memmove(&pool_[low] + 1, &pool_[low], (size_ - 1 - low) * sizeof(Key));
  pool_[low] = candidate;
  next_ = std::min(next_, low);
  return true;
}

void Beam::Offer(const Way& way, Fresh* fresh) {
  statistics_.distances += fresh->count;
  // Those that would never be expanded are not wanted, nor are those for which there is no place.
  float limit = Reach(way.limits);
  if (size_ == way.limits.width) limit = std::min(limit, CandidateOf(pool_[size_ - 1]).distance);
  std::span<uint32_t> rows(fresh->rows.data(), fresh->count);
  rows = rows.first(way.glance.Keep(limit, rows));
  std::array<float, kMaxRowsAtOnce> distances;
  way.rows.Distances(way.origin, way.code, rows, distances.data());
  for (size_t i = 0; i < rows.size(); ++i)
    if (distances[i] <= limit && Insert(way.limits.width, KeyOf({distances[i], rows[i]})))
      PrefetchBytes(way.graph.begin_of(rows[i]), way.graph.degree * sizeof(uint32_t));
}

void Beam::Expand(const Way& way, uint32_t row, Fresh* fresh) {
  ++statistics_.hops;
  const uint32_t* neighbours = way.graph.begin_of(row);
  visited_.MakeRoom(way.graph.degree);
  for (size_t i = 0; i < way.graph.degree; ++i) {
    if (neighbours[i] >= way.rows.count) {
      damaged_ |= neighbours[i] != kNoRow;
      return;
    }
    fresh->rows[fresh->count] = neighbours[i];
    fresh->count += visited_.Visit(neighbours[i]);
  }
}

float Beam::Reach(const WalkLimits& limits) const {
  // Of a distance that a code puts at or below nothing no factor makes a limit.
  if (size_ < limits.wanted || std::isinf(limits.reach)) return std::numeric_limits<float>::infinity();
  const float wanted = CandidateOf(pool_[limits.wanted - 1]).distance;
  return std::max(limits.reach * wanted, wanted + limits.slack);
}

void Beam::ExpandNext(const Way& way, Fresh* fresh) {
  const float reach = Reach(way.limits);
  for (size_t expanded = 0; next_ < size_ && expanded < kExpandedAtOnce; ++next_) {
    if ((pool_[next_] & kExpanded) != 0) continue;
    if (fresh->count + way.graph.degree > kMaxRowsAtOnce) return;
    if (CandidateOf(pool_[next_]).distance > reach) {
      next_ = size_;
      return;
    }
    Expand(way, CandidateOf(pool_[next_]).row, fresh);
    pool_[next_] |= kExpanded;
    ++expanded;
  }
}

void Beam::Walk(const Graph& graph, const CodedRows& rows, Code code, const Origin& origin,
                const WalkLimits& limits, std::span<const uint32_t> starts) {
  const Way way = {.graph = graph,
                   .rows = rows,
                   .code = code,
                   .origin = origin,
                   .limits = limits,
                   .glance = Glance(rows, code, origin)};
  Prepare(rows.count, limits.width);
  Fresh fresh;
  visited_.MakeRoom(starts.size());
  for (const uint32_t row : starts) {
    fresh.rows[fresh.count] = row;
    fresh.count += visited_.Visit(row);
  }
  Offer(way, &fresh);
  while (next_ < size_) {
    fresh.count = 0;
    ExpandNext(way, &fresh);
    Offer(way, &fresh);
  }
  found_.clear();
  for (const Key key : std::span(pool_).first(size_)) found_.push_back(CandidateOf(key));
}

}  // namespace lake::ann
