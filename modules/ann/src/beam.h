// The walk through the graph: the nearest rows seen so far, the nearest unexpanded ones expanded next, until
// all within reach are. One flat graph, so this is all of search.
#pragma once

#include <algorithm>
#include <array>
#include <limits>
#include <span>
#include <vector>

#include "coded_rows.h"
#include "glance.h"
#include "graph.h"

namespace lake::ann {

/// Which rows a walk has met. Clearing costs what was set, not what could be.
class VisitedRows {
 public:
  void Reset(size_t rows) {
    for (const uint32_t word : std::span(touched_).first(count_)) words_[word] = 0;
    count_ = 0;
    if (words_.size() < rows / 64 + 1) words_.resize(rows / 64 + 1);
  }
  /// Before so many visits.
  void MakeRoom(size_t visits) {
    if (touched_.size() < count_ + visits) touched_.resize(2 * (count_ + visits));
  }
  /// 1 on the first visit, else 0. Without branches: what the next row is cannot be foreseen.
  size_t Visit(uint32_t row) {
    uint64_t& word = words_[row / 64];
    const uint64_t before = word;
    touched_[count_] = row / 64;
    count_ += static_cast<size_t>(before == 0);
    word = before | uint64_t{1} << (row % 64);
    return ~(before >> (row % 64)) & 1;
  }

 private:
  std::vector<uint64_t> words_;
  std::vector<uint32_t> touched_;  ///< Words that are not 0, `count_` of them.
  size_t count_ = 0;
};

struct WalkStatistics {
  uint64_t distances = 0;  ///< Rows whose code was looked at, if only at a glance.
  uint64_t hops = 0;       ///< Rows whose neighbours were read.
};

/// How far a walk goes.
struct WalkLimits {
  size_t width;       ///< Rows kept: the nearest met.
  size_t wanted = 1;  ///< At most `width`.
  /// No row is kept or expanded that is farther than the `wanted`th nearest by this factor, and by `slack`:
  /// where the rows that are wanted lie well before the others, a walk is short ("Distance adaptive beam
  /// search for provably accurate graph-based nearest neighbor search", arXiv 2505.15636).
  float reach = std::numeric_limits<float>::infinity();
  float slack = 0;
};

/// The memory of walks, kept from one to the next. One thread at a time.
class Beam {
 public:
  /// Walks from `starts` towards `origin`, distances by `code`; afterwards found() has what it met.
  void Walk(const Graph& graph, const CodedRows& rows, Code code, const Origin& origin,
            const WalkLimits& limits, std::span<const uint32_t> starts);

  /// The nearest first.
  std::span<const Candidate> found() const { return found_; }
  const WalkStatistics& statistics() const { return statistics_; }
  /// Whether a neighbour was no row: the graph comes from a file that is not what was written.
  bool damaged() const { return damaged_; }

 private:
  /// A candidate as a number: of two the nearer one has the smaller. The row is in the low half.
  using Key = uint64_t;
  /// Marks a row of the pool whose neighbours have been read.
  static constexpr Key kExpanded = 0x80000000;

  void Prepare(size_t rows, size_t width) {
    visited_.Reset(rows);
    pool_.resize(std::max(pool_.size(), width));
    size_ = 0;
    next_ = 0;
    statistics_ = {};
    damaged_ = false;
  }
  /// What a walk goes by.
  struct Way {
    const Graph& graph;
    const CodedRows& rows;
    Code code;
    const Origin& origin;
    WalkLimits limits;
    Glance glance;
  };
  /// Rows that were not met before, to be offered together.
  struct Fresh {
    std::array<uint32_t, kMaxRowsAtOnce> rows;
    size_t count = 0;
  };
  void Offer(const Way& way, Fresh* fresh);
  /// Expands the nearest rows that are left, a few at once; none are left when they are out of reach.
  void ExpandNext(const Way& way, Fresh* fresh);
  /// How far a row may be that is expanded, by what was met.
  float Reach(const WalkLimits& limits) const;
  /// Adds the neighbours of a row that were not met before.
  void Expand(const Way& way, uint32_t row, Fresh* fresh);
  /// Puts a row at its place among the best `width`; false when it is not one of them.
  bool Insert(size_t width, Key candidate);

  VisitedRows visited_;
  std::vector<Key> pool_;
  size_t size_ = 0;
  size_t next_ = 0;  ///< No row before this one waits to be expanded.
  std::vector<Candidate> found_;
  WalkStatistics statistics_;
  bool damaged_ = false;
};

}  // namespace lake::ann
