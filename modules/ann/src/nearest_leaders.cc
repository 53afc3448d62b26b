#include "nearest_leaders.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

namespace lake::ann {
namespace {

/// Leaders above whose leaders are compared.
constexpr size_t kOpenedLeaders = 6;

/// So that a row is compared with about as many above as below.
size_t CountAbove(size_t leaders) {
  const auto count = static_cast<size_t>(std::sqrt(static_cast<double>(leaders * kOpenedLeaders)));
  return std::clamp<size_t>(count, 1, leaders);
}

/// Offers the leaders of a list to those of `points` that `which` names, in groups.
void OfferTo(const LeaderList& leaders, const CodedRows& rows, Code code, std::span<const Origin> points,
             std::span<const uint32_t> which, uint32_t first, std::span<NearestLeaders> nearest) {
  std::array<const Origin*, kPanelCodes> origins;
  std::array<NearestLeaders*, kPanelCodes> of_origins;
  for (size_t begin = 0; begin < which.size(); begin += kPanelCodes) {
    const auto group = which.subspan(begin, std::min(kPanelCodes, which.size() - begin));
    for (size_t i = 0; i < group.size(); ++i) {
      origins[i] = &points[group[i]];
      of_origins[i] = &nearest[group[i]];
    }
    leaders.Offer(rows, code, std::span(origins).first(group.size()), first, of_origins);
  }
}

/// Offers the first `count` of a panel, numbered from `first`.
void OfferPanel(const float* distances, size_t count, uint32_t first, NearestLeaders* nearest) {
  // Most are farther than those found before: all are looked at first, without a branch for each.
  const float limit = nearest->limit();
  uint32_t near = 0;
  for (uint32_t c = 0; c < kPanelCodes; ++c) near |= static_cast<uint32_t>(distances[c] <= limit) << c;
  near &= (1U << count) - 1;
  for (; near != 0; near &= near - 1) {
    const auto c = static_cast<uint32_t>(std::countr_zero(near));
    nearest->Offer({distances[c], first + c});
  }
}

}  // namespace

void LeaderList::Offer(const CodedRows& rows, Code code, std::span<const Origin* const> points,
                       uint32_t first, std::span<NearestLeaders* const> nearest) const {
  constexpr size_t kAtOnce = 2;  // As many panels as AMX compares in one step.
  constexpr size_t kStride = kAtOnce * kPanelCodes;
  OriginGroup group;
  group.Set(rows, code, points);
  std::array<float, kPanelCodes * kStride> distances = {};
  for (size_t panel = 0; panel < panels_.size(); panel += kAtOnce) {
    const PanelRange some = {.first = panel, .count = std::min(kAtOnce, panels_.size() - panel)};
    group.Distances(rows, panels_, some, distances.data(), kStride);
    for (size_t i = 0; i < points.size(); ++i)
      for (size_t p = 0; p < some.count; ++p)
        OfferPanel(&distances[i * kStride + p * kPanelCodes], panels_.rows_of(panel + p).size(),
                   static_cast<uint32_t>(first + (panel + p) * kPanelCodes), nearest[i]);
  }
}

void LeaderList::FindNearest(const CodedRows& rows, Code code, std::span<const uint32_t> some,
                             uint32_t* nearest) const {
  std::array<Origin, kPanelCodes> points;
  std::array<const Origin*, kPanelCodes> origins;
  std::array<NearestLeaders, kPanelCodes> found;
  std::array<NearestLeaders*, kPanelCodes> of_origins;
  for (size_t i = 0; i < kPanelCodes; ++i) {
    origins[i] = &points[i];
    of_origins[i] = &found[i];
  }
  for (size_t begin = 0; begin < some.size(); begin += kPanelCodes) {
    const size_t count = std::min(kPanelCodes, some.size() - begin);
    for (size_t i = 0; i < count; ++i) {
      rows.SetOrigin(some[begin + i], code, &points[i]);
      found[i].Begin(1);
    }
    Offer(rows, code, std::span(origins).first(count), 0, of_origins);
    for (size_t i = 0; i < count; ++i) nearest[begin + i] = found[i].number(0);
  }
}

LeaderTree::LeaderTree(const CodedRows& rows, Code code, std::span<const uint32_t> leaders, ThreadTeam* team)
    : above_count_(CountAbove(leaders.size())), above_(rows, code, leaders.first(above_count_)) {
  std::vector<uint32_t> nearest(leaders.size());
  team->ForEachPiece(leaders.size(), kMaxRowsAtOnce, [&](size_t, size_t begin, size_t end) {
    above_.FindNearest(rows, code, leaders.subspan(begin, end - begin), &nearest[begin]);
  });
  std::vector<std::vector<uint32_t>> under(above_count_);
  for (size_t i = 0; i < leaders.size(); ++i) under[nearest[i]].push_back(leaders[i]);
  uint32_t number = 0;
  for (const std::vector<uint32_t>& some : under) {
    under_.push_back({.leaders = LeaderList(rows, code, some), .first = number});
    number += static_cast<uint32_t>(some.size());
  }
}

void LeaderTree::Find(const CodedRows& rows, Code code, std::span<const uint32_t> some, size_t count,
                      Memory* memory, uint32_t* to) const {
  memory->points.resize(kRowsAtOnce);
  memory->above.resize(kRowsAtOnce);
  memory->found.resize(kRowsAtOnce);
  memory->under.resize(above_count_);
  for (std::vector<uint32_t>& under : memory->under) under.clear();
  const size_t opened = std::min(kOpenedLeaders, above_count_);
  std::vector<uint32_t> all(some.size());
  std::iota(all.begin(), all.end(), 0U);
  for (const uint32_t i : all) {
    rows.SetOrigin(some[i], code, &memory->points[i]);
    memory->above[i].Begin(opened);
    memory->found[i].Begin(count);
  }
  OfferTo(above_, rows, code, memory->points, all, 0, memory->above);
  for (const uint32_t i : all)
    for (size_t a = 0; a < opened; ++a) memory->under[memory->above[i].number(a)].push_back(i);
  // Ascending, so ties go by number.
  for (size_t a = 0; a < above_count_; ++a)
    OfferTo(under_[a].leaders, rows, code, memory->points, memory->under[a], under_[a].first, memory->found);
  for (const uint32_t i : all)
    for (size_t k = 0; k < count; ++k) to[i * count + k] = memory->found[i].number(k);
}

}  // namespace lake::ann
