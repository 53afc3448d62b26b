#include "nearest_leaders.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "graph.h"

namespace lake::ann {
namespace {

/// Leaders above whose leaders are compared.
constexpr size_t kOpened = 6;

/// So that a row is compared with about as many above as below.
size_t CountAbove(size_t leaders) {
  const auto count = static_cast<size_t>(std::sqrt(static_cast<double>(leaders * kOpened)));
  return std::clamp<size_t>(count, 1, leaders);
}

void Insert(Candidate candidate, LeaderList::Nearest* nearest) {
  size_t at = nearest->count - 1;
  for (; at > 0 && candidate < nearest->leader[at - 1]; --at) nearest->leader[at] = nearest->leader[at - 1];
  nearest->leader[at] = candidate;
}

}  // namespace

LeaderList::LeaderList(const CodedRows& rows, Code code, std::span<const uint32_t> leaders)
    : size_(leaders.size()) {
  panels_.Set(rows, code, leaders);
}

void LeaderList::Find(const CodedRows& rows, Code code, std::span<const uint32_t> some, size_t count,
                      Nearest* nearest) const {
  for (size_t i = 0; i < some.size(); ++i) {
    nearest[i].count = std::min(count, size_);
    nearest[i].leader.fill({std::numeric_limits<float>::max(), kNoRow});
  }
  Origins origins;
  std::array<float, kPanelCodes * kPanelCodes> distances;
  for (size_t begin = 0; begin < some.size(); begin += kPanelCodes) {
    const auto group = some.subspan(begin, std::min(kPanelCodes, some.size() - begin));
    origins.SetRows(rows, code, group);
    for (size_t panel = 0; panel < panels_.size(); ++panel) {
      origins.Distances(rows, panels_, panel, distances.data(), kPanelCodes);
      for (size_t i = 0; i < group.size(); ++i) {
        Nearest& of_row = nearest[begin + i];
        for (size_t c = 0; c < panels_.rows_of(panel).size(); ++c) {
          const Candidate candidate = {distances[i * kPanelCodes + c],
                                       static_cast<uint32_t>(panel * kPanelCodes + c)};
          if (candidate < of_row.leader[of_row.count - 1]) Insert(candidate, &of_row);
        }
      }
    }
  }
}

LeaderTree::LeaderTree(const CodedRows& rows, Code code, std::span<const uint32_t> leaders, ThreadTeam* team)
    : above_(rows, code, leaders.first(CountAbove(leaders.size()))), under_(above_.size()) {
  std::vector<LeaderList::Nearest> nearest(leaders.size());
  team->ForEachPiece(leaders.size(), kMaxRowsAtOnce, [&](size_t, size_t begin, size_t end) {
    above_.Find(rows, code, leaders.subspan(begin, end - begin), 1, &nearest[begin]);
  });
  for (size_t i = 0; i < leaders.size(); ++i) under_[nearest[i].leader[0].row].rows.push_back(leaders[i]);
  uint32_t number = 0;
  for (Under& under : under_) {
    under.first = number;
    number += static_cast<uint32_t>(under.rows.size());
  }
}

void LeaderTree::Find(const CodedRows& rows, Code code, std::span<const uint32_t> some, size_t count,
                      Memory* memory, uint32_t* to) const {
  above_.Find(rows, code, some, kOpened, memory->above.data());
  std::array<float, kMaxRowsAtOnce> distances;
  for (size_t i = 0; i < some.size(); ++i) {
    rows.SetOrigin(some[i], code, &memory->origin);
    memory->leaders.clear();
    for (size_t a = 0; a < memory->above[i].count; ++a) {
      const Under& under = under_[memory->above[i].leader[a].row];
      for (size_t begin = 0; begin < under.rows.size(); begin += kMaxRowsAtOnce) {
        const auto group =
            std::span(under.rows).subspan(begin, std::min(kMaxRowsAtOnce, under.rows.size() - begin));
        rows.Distances(memory->origin, code, group, distances.data());
        for (size_t k = 0; k < group.size(); ++k)
          memory->leaders.push_back({distances[k], static_cast<uint32_t>(under.first + begin + k)});
      }
    }
    const size_t found = std::min(count, memory->leaders.size());
    const auto last = memory->leaders.begin() + static_cast<std::ptrdiff_t>(found);
    std::ranges::partial_sort(memory->leaders, last, std::less<>());
    for (size_t k = 0; k < count; ++k) to[i * count + k] = k < found ? memory->leaders[k].row : kNoRow;
  }
}

}  // namespace lake::ann
