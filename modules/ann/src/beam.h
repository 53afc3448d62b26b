// The walk through the graph: the `width` nearest rows seen so far, the nearest unexpanded one expanded next,
// until all are. One flat graph, so this is all of search; building uses it too.
#pragma once

#include <algorithm>
#include <array>
#include <cstring>
#include <span>
#include <vector>

#include "coded_rows.h"
#include "graph.h"

namespace lake::ann {

/// Which rows a walk has met. Clearing costs what was set, not what could be.
class VisitedRows {
 public:
  void Reset(size_t rows) {
    for (const uint32_t word : touched_) words_[word] = 0;
    touched_.clear();
    if (words_.size() < rows / 64 + 1) words_.resize(rows / 64 + 1);
  }
  /// Whether this was the first visit.
  bool Visit(uint32_t row) {
    uint64_t& word = words_[row / 64];
    const uint64_t bit = uint64_t{1} << (row % 64);
    if ((word & bit) != 0) return false;
    if (word == 0) touched_.push_back(row / 64);
    word |= bit;
    return true;
  }

 private:
  std::vector<uint64_t> words_;
  std::vector<uint32_t> touched_;
};

struct WalkStatistics {
  uint64_t distances = 0;  ///< Rows whose distance was computed.
  uint64_t hops = 0;       ///< Rows whose neighbours were read.
};

/// The memory of walks, kept from one to the next. One thread at a time.
class Beam {
 public:
  /// Walks from `starts`; afterwards found() holds up to `width` rows. `distances` is called as
  /// distances(span of rows, float* out), at most kMaxRowsAtOnce at once.
  template <class Distances>
  void Walk(const Graph& graph, size_t rows, size_t width, std::span<const uint32_t> starts,
            const Distances& distances);

  /// The nearest first.
  std::span<const Candidate> found() const { return {pool_.data(), size_}; }
  const WalkStatistics& statistics() const { return statistics_; }
  /// Whether a neighbour was no row: the graph comes from a file that is not what was written.
  bool damaged() const { return damaged_; }

 private:
  /// Marks a row of the pool whose neighbours have been read.
  static constexpr uint32_t kExpanded = 0x80000000;
  static Candidate Plain(Candidate marked) { return {marked.distance, marked.row & ~kExpanded}; }

  void Prepare(size_t rows, size_t width) {
    visited_.Reset(rows);
    pool_.resize(std::max(pool_.size(), width));
    size_ = 0;
    next_ = 0;
    statistics_ = {};
    damaged_ = false;
  }
  template <class Distances>
  void Offer(const Graph& graph, size_t width, std::span<const uint32_t> rows, const Distances& distances);
  /// Puts a row at its place among the best `width`; false when it is not one of them.
  bool Insert(size_t width, Candidate candidate);

  VisitedRows visited_;
  std::vector<Candidate> pool_;
  size_t size_ = 0;
  size_t next_ = 0;  ///< No row before this one waits to be expanded.
  WalkStatistics statistics_;
  bool damaged_ = false;
};

inline bool Beam::Insert(size_t width, Candidate candidate) {
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

template <class Distances>
void Beam::Offer(const Graph& graph, size_t width, std::span<const uint32_t> rows,
                 const Distances& distances) {
  std::array<float, kMaxRowsAtOnce> values;
  distances(rows, values.data());
  statistics_.distances += rows.size();
  for (size_t i = 0; i < rows.size(); ++i)
    if (Insert(width, {values[i], rows[i]}))
      PrefetchBytes(graph.begin_of(rows[i]), graph.degree * sizeof(uint32_t));
}

template <class Distances>
void Beam::Walk(const Graph& graph, size_t rows, size_t width, std::span<const uint32_t> starts,
                const Distances& distances) {
  Prepare(rows, width);
  std::array<uint32_t, kMaxRowsAtOnce> fresh;
  size_t count = 0;
  for (const uint32_t row : starts.first(std::min(starts.size(), kMaxRowsAtOnce)))
    if (visited_.Visit(row)) fresh[count++] = row;
  Offer(graph, width, {fresh.data(), count}, distances);
  while (next_ < size_) {
    const uint32_t row = pool_[next_].row;
    if ((row & kExpanded) != 0) {
      ++next_;
      continue;
    }
    pool_[next_++].row |= kExpanded;
    ++statistics_.hops;
    count = 0;
    const uint32_t* neighbours = graph.begin_of(row);
    for (size_t i = 0; i < graph.degree; ++i) {
      if (neighbours[i] >= rows) {
        damaged_ |= neighbours[i] != kNoRow;
        break;
      }
      if (visited_.Visit(neighbours[i])) fresh[count++] = neighbours[i];
    }
    Offer(graph, width, {fresh.data(), count}, distances);
  }
  for (size_t i = 0; i < size_; ++i) pool_[i] = Plain(pool_[i]);
}

}  // namespace lake::ann
