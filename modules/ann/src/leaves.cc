#include "leaves.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "graph.h"
#include "nearest_leaders.h"

namespace lake::ann {
namespace {

using Leaf = std::vector<uint32_t>;

/// What leaves have on average: some have far more than others.
constexpr size_t kUsualLeafRows = kMaxLeafRows / 2;

/// Whether leaders tell rows apart: where nearly all have the same code, or nearly, any cut is as good.
bool IsApart(size_t part, size_t leaf) { return part < leaf - leaf / 10; }

/// Takes a leaf apart, by leaders of its own, until its parts are small enough.
void SplitLarge(const CodedRows& rows, Code code, Leaf leaf, std::vector<Leaf>* leaves) {
  if (leaf.size() <= kMaxLeafRows) {
    if (leaf.size() > 1) leaves->push_back(std::move(leaf));
    return;
  }
  std::vector<uint32_t> chosen;
  for (size_t begin = 0; begin < leaf.size(); begin += kUsualLeafRows) chosen.push_back(leaf[begin]);
  const LeaderList leaders(rows, code, chosen);
  std::vector<Leaf> parts(chosen.size());
  std::vector<uint32_t> nearest(leaf.size());
  leaders.FindNearest(rows, code, leaf, nearest.data());
  for (size_t i = 0; i < leaf.size(); ++i) parts[nearest[i]].push_back(leaf[i]);
  for (Leaf& part : parts) {
    if (IsApart(part.size(), leaf.size())) {
      SplitLarge(rows, code, std::move(part), leaves);
      continue;
    }
    for (size_t begin = 0; begin < part.size(); begin += kMaxLeafRows)
      leaves->emplace_back(
          part.begin() + static_cast<std::ptrdiff_t>(begin),
          part.begin() + static_cast<std::ptrdiff_t>(std::min(begin + kMaxLeafRows, part.size())));
  }
}

}  // namespace

Result<Leaves> CarveLeaves(const CodedRows& rows, Code code, std::span<const uint32_t> members,
                           size_t leaders_of_row, const CancelToken& cancel, ThreadTeam* team) {
  const size_t count =
      std::clamp<size_t>(members.size() * leaders_of_row / kUsualLeafRows, 1, members.size());
  const LeaderTree tree(rows, code, members.first(count), team);
  // Ascending, so that codes are read one after another.
  std::vector<uint32_t> ascending(members.begin(), members.end());
  std::ranges::sort(ascending);
  std::vector<uint32_t> leaders(members.size() * leaders_of_row);
  std::vector<LeaderTree::Memory> memories(team->size());
  team->ForEachPiece(members.size(), LeaderTree::kRowsAtOnce, [&](size_t member, size_t begin, size_t end) {
    if (cancel.cancelled()) return;
    tree.Find(rows, code, std::span(ascending).subspan(begin, end - begin), leaders_of_row, &memories[member],
              &leaders[begin * leaders_of_row]);
  });
  if (cancel.cancelled()) return cancel.error();

  std::vector<Leaf> whole(count);
  for (size_t i = 0; i < ascending.size(); ++i)
    for (const uint32_t leader : std::span(leaders).subspan(i * leaders_of_row, leaders_of_row))
      if (leader != kNoRow) whole[leader].push_back(ascending[i]);
  std::vector<std::vector<Leaf>> split(count);
  team->ForEachPiece(count, 1, [&](size_t, size_t leader, size_t) {
    SplitLarge(rows, code, std::move(whole[leader]), &split[leader]);
  });
  Leaves carved;
  for (std::vector<Leaf>& some : split) std::ranges::move(some, std::back_inserter(carved.leaves));

  std::vector<uint32_t> places(ascending.size());
  std::iota(places.begin(), places.end(), 0U);
  std::ranges::sort(places, {},
                    [&](uint32_t place) { return std::pair(leaders[place * leaders_of_row], place); });
  carved.order.reserve(places.size());
  for (const uint32_t place : places) carved.order.push_back(ascending[place]);
  return carved;
}

}  // namespace lake::ann
