// The graph while it grows: every row's neighbours with their distances, and room for some more than it may
// keep, so that choosing anew is rare and never computes again what was known.
#pragma once

#include <span>
#include <vector>

#include "coded_rows.h"
#include "graph.h"
#include "huge_array.h"
#include "neighbour_selection.h"
#include "thread_team.h"

namespace lake::ann {

class LinkTable {
 public:
  /// `code`: what the distances of its neighbours are by.
  LinkTable(const CodedRows& rows, Code code, const SelectionRule& rule);

  Graph view() const { return {.neighbours = neighbours_.data(), .degree = capacity_}; }

  /// Replaces the neighbours of a row. Different rows may be stored at once.
  void Store(uint32_t row, std::span<const Candidate> neighbours);
  /// Every row that one of `sources` chose (chosen[i] of sources[i]) takes that source in, and chooses anew
  /// where there are too many.
  void AddReverse(std::span<const uint32_t> sources, std::span<const std::span<const Candidate>> chosen,
                  ThreadTeam* team);
  /// Lists of at most the rule's degree, the nearest first, degree places a row. The table is empty
  /// afterwards.
  HugeArray<uint32_t> Finish(ThreadTeam* team);

 private:
  /// From a source to a row that it chose.
  struct Link {
    Candidate from;
    uint32_t next;  ///< The link to the same row that was added before; kNoLink at the first.
  };
  static constexpr uint32_t kNoLink = 0xffffffff;

  /// Takes in the sources of the links to `row`.
  void TakeIn(uint32_t row, std::vector<Candidate>* all, Selection* selection);
  /// The neighbours of a row with their distances, in no order.
  void Load(uint32_t row, std::vector<Candidate>* neighbours) const;

  const CodedRows& rows_;
  Code code_;
  SelectionRule rule_;
  size_t capacity_;
  HugeArray<uint32_t> neighbours_;
  HugeArray<float> distances_;
  std::vector<Link> links_;          ///< Of one AddReverse.
  std::vector<uint32_t> last_link_;  ///< Of each row.
  std::vector<uint32_t> linked_;     ///< Rows that have links.
};

}  // namespace lake::ann
