#include "leaf_distances.h"

#include <algorithm>
#include <array>
#include <limits>

namespace lake::ann {
namespace {

/// Of a leaf's rows so many are looked at: the nearest, among which few are chosen.
constexpr size_t kNearestLookedAt = 32;

/// No row is its own neighbour.
constexpr float kNever = std::numeric_limits<float>::max();

}  // namespace

void LeafDistances::Compare(const CodedRows& rows, Code code, std::span<const uint32_t> leaf) {
  leaf_ = leaf;
  stride_ = InWholeGroups(leaf.size());
  if (distances_.size() < stride_ * stride_) distances_.resize(stride_ * stride_);
  rows.SetOrigins(leaf, code, &origins_);
  std::array<std::array<float, kMaxRowsAtOnce>, kQueriesTogether> some;
  for (size_t i = 0; i < leaf.size(); i += kQueriesTogether) {
    for (size_t begin = i; begin < leaf.size(); begin += kMaxRowsAtOnce) {
      const size_t count = std::min(kMaxRowsAtOnce, leaf.size() - begin);
      rows.DistancesFromFour(std::span(origins_).subspan(i).first<kQueriesTogether>(), code,
                             leaf.subspan(begin, count), some.data());
      for (size_t q = 0; q < kQueriesTogether; ++q)
        std::copy_n(some[q].begin(), count,
                    distances_.begin() + static_cast<std::ptrdiff_t>((i + q) * stride_ + begin));
      // The other way it is as far.
      for (size_t k = 0; k < count; ++k)
        for (size_t q = 0; q < kQueriesTogether; ++q) distances_[(begin + k) * stride_ + i + q] = some[q][k];
    }
  }
  for (size_t i = 0; i < leaf.size(); ++i) distances_[i * stride_ + i] = kNever;
}

/// The k-th of the smallest of some groups is at least the k-th of all: few more than k are below it.
void LeafDistances::FindNearest(size_t place) {
  constexpr size_t kGroup = 8;
  const float* distances = from(place);
  const size_t groups = leaf_.size() / kGroup;
  float limit = kNever;
  if (groups > kNearestLookedAt) {
    least_.assign(distances, distances + groups);
    for (size_t part = 1; part < kGroup; ++part)
      for (size_t g = 0; g < groups; ++g) least_[g] = std::min(least_[g], distances[part * groups + g]);
    const auto last = least_.begin() + kNearestLookedAt - 1;
    std::ranges::nth_element(least_, last);
    limit = *last;
  }
  nearest_.resize(leaf_.size());
  size_t count = 0;
  for (size_t i = 0; i < leaf_.size(); ++i) {
    nearest_[count] = {distances[i], static_cast<uint32_t>(i)};
    count += distances[i] <= limit && i != place ? 1 : 0;
  }
  nearest_.resize(count);
  std::ranges::sort(nearest_, std::less<>());
  nearest_.resize(std::min(count, kNearestLookedAt));
}

std::span<const Candidate> LeafDistances::Choose(size_t place, const SelectionRule& rule) {
  FindNearest(place);
  chosen_.clear();
  for (const Candidate& candidate : nearest_) {
    if (chosen_.size() == rule.degree) break;
    const float* to = from(candidate.row);
    const bool leads_elsewhere = std::ranges::none_of(
        chosen_, [&](const Candidate& other) { return rule.alpha * to[other.row] < candidate.distance; });
    if (leads_elsewhere) chosen_.push_back(candidate);
  }
  for (Candidate& candidate : chosen_) candidate.row = leaf_[candidate.row];
  // Leaves are ascending, so ties by place were ties by row.
  return chosen_;
}

}  // namespace lake::ann
