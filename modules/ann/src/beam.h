// The walk through the graph: the `width` nearest rows seen so far, the nearest unexpanded one expanded next,
// until all are. One flat graph, so this is all of search.
#pragma once

#include <algorithm>
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
  /// Walks from `starts` towards `origin`, distances by `code`; afterwards found() holds up to `width` rows.
  void Walk(const Graph& graph, const CodedRows& rows, Code code, const Origin& origin, size_t width,
            std::span<const uint32_t> starts);

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
  /// What a walk goes by.
  struct Way {
    const Graph& graph;
    const CodedRows& rows;
    Code code;
    const Origin& origin;
    size_t width;
  };
  void Offer(const Way& way, std::span<const uint32_t> rows);
  /// Offers the neighbours of a row that were not met before.
  void Expand(const Way& way, uint32_t row);
  /// Puts a row at its place among the best `width`; false when it is not one of them.
  bool Insert(size_t width, Candidate candidate);

  VisitedRows visited_;
  std::vector<Candidate> pool_;
  size_t size_ = 0;
  size_t next_ = 0;  ///< No row before this one waits to be expanded.
  WalkStatistics statistics_;
  bool damaged_ = false;
};

}  // namespace lake::ann
