#include "link_table.h"

#include <algorithm>
#include <utility>

namespace lake::ann {
namespace {

/// Places beyond the degree: a quarter more halves how often a full row has to choose anew.
size_t Capacity(size_t degree) { return degree + (degree + 3) / 4; }

constexpr size_t kLinkedAtOnce = 64;

}  // namespace

LinkTable::LinkTable(const CodedRows& rows, Code code, const SelectionRule& rule)
    : rows_(rows),
      code_(code),
      rule_(rule),
      capacity_(Capacity(rule.degree)),
      neighbours_(rows.count * capacity_),
      distances_(rows.count * capacity_),
      last_link_(rows.count, kNoLink) {
  std::fill_n(neighbours_.data(), neighbours_.size(), kNoRow);
}

void LinkTable::Store(uint32_t row, std::span<const Candidate> neighbours) {
  uint32_t* to = neighbours_.data() + row * capacity_;
  float* distance = distances_.data() + row * capacity_;
  for (size_t i = 0; i < neighbours.size(); ++i) {
    to[i] = neighbours[i].row;
    distance[i] = neighbours[i].distance;
  }
  if (neighbours.size() < capacity_) to[neighbours.size()] = kNoRow;
}

void LinkTable::Load(uint32_t row, std::vector<Candidate>* neighbours) const {
  neighbours->clear();
  const std::span<const uint32_t> to = view().of(row);
  for (size_t i = 0; i < to.size(); ++i) neighbours->push_back({distances_[row * capacity_ + i], to[i]});
}

void LinkTable::AddReverse(std::span<const uint32_t> sources,
                           std::span<const std::span<const Candidate>> chosen, ThreadTeam* team) {
  links_.clear();
  linked_.clear();
  for (size_t i = 0; i < sources.size(); ++i) {
    for (const Candidate& candidate : chosen[i]) {
      uint32_t& last = last_link_[candidate.row];
      if (last == kNoLink) linked_.push_back(candidate.row);
      links_.push_back({.from = {candidate.distance, sources[i]}, .next = last});
      last = static_cast<uint32_t>(links_.size() - 1);
    }
  }
  team->ForEachPiece(linked_.size(), kLinkedAtOnce, [&](size_t, size_t begin, size_t end) {
    std::vector<Candidate> all;
    Selection selection;
    for (const uint32_t row : std::span(linked_).subspan(begin, end - begin)) TakeIn(row, &all, &selection);
  });
}

void LinkTable::TakeIn(uint32_t row, std::vector<Candidate>* all, Selection* selection) {
  Load(row, all);
  for (uint32_t link = std::exchange(last_link_[row], kNoLink); link != kNoLink; link = links_[link].next) {
    // They may have chosen one another.
    const Candidate& from = links_[link].from;
    const bool known = std::ranges::find(*all, from) != all->end();
    if (!known) all->push_back(from);
  }
  if (all->size() <= capacity_) return Store(row, *all);
  std::ranges::sort(*all, std::less<>());
  SelectNeighbours(rows_, code_, *all, rule_, selection);
  Store(row, selection->chosen);
}

HugeArray<uint32_t> LinkTable::Finish(ThreadTeam* team) {
  HugeArray<uint32_t> finished(rows_.count * rule_.degree);
  team->ForEachPiece(rows_.count, kLinkedAtOnce, [&](size_t, size_t begin, size_t end) {
    std::vector<Candidate> all;
    Selection selection;
    for (size_t row = begin; row < end; ++row) {
      Load(static_cast<uint32_t>(row), &all);
      std::ranges::sort(all, std::less<>());
      if (all.size() > rule_.degree) {
        SelectNeighbours(rows_, code_, all, rule_, &selection);
        all.swap(selection.chosen);
      }
      uint32_t* to = finished.data() + row * rule_.degree;
      std::fill_n(to, rule_.degree, kNoRow);
      for (size_t i = 0; i < all.size(); ++i) to[i] = all[i].row;
    }
  });
  neighbours_ = {};
  distances_ = {};
  return finished;
}

}  // namespace lake::ann
