// Builds the graph. Of many rows: from leaves (leaf_builder.h). Of fewer: rows are inserted in batches, in an
// order drawn from the seed. The rows of a batch search the graph as it was before the batch, in parallel and
// without locks, choose their neighbours, and then every row that was chosen takes its new neighbours in.
// What comes out depends on the codes and the options alone, not on the threads (after ParlayANN, PPoPP
// 2024).
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "coded_rows.h"
#include "graph.h"
#include "huge_array.h"
#include "lake/common/cancel.h"
#include "neighbour_selection.h"
#include "thread_team.h"

namespace lake::ann {

struct GraphOptions {
  Code code = Code::kInt4;  ///< What rows are compared by.
  SelectionRule selection;
  size_t ef_construction = 80;  ///< How many candidates a row finds before it chooses.
  uint64_t seed = 0;
  bool keep_pool = false;
};

/// Of each row, who was near when it was inserted: from that its neighbours were chosen, and can be again by
/// another rule.
class CandidatePool {
 public:
  CandidatePool() = default;
  CandidatePool(size_t rows, size_t places) : places_(places), candidates_(rows * places), sizes_(rows) {}

  void Store(uint32_t row, std::span<const Candidate> candidates) {
    sizes_[row] = static_cast<uint32_t>(std::min(candidates.size(), places_));
    std::copy_n(candidates.begin(), sizes_[row], candidates_.data() + row * places_);
  }
  std::span<const Candidate> of(uint32_t row) const {
    return {candidates_.data() + row * places_, sizes_[row]};
  }
  bool empty() const { return sizes_.empty(); }
  Candidate* places_of(uint32_t row) { return candidates_.data() + row * places_; }

  /// Of a build from leaves (leaf_builder.h): the order in which its rows were linked; else empty.
  void KeepOrder(std::vector<uint32_t> order) { leaf_order_ = std::move(order); }
  std::span<const uint32_t> leaf_order() const { return leaf_order_; }

 private:
  size_t places_ = 0;
  HugeArray<Candidate> candidates_;
  std::vector<uint32_t> sizes_;
  std::vector<uint32_t> leaf_order_;
};

struct BuiltGraph {
  HugeArray<uint32_t> neighbours;
  size_t degree = 0;
  std::vector<uint32_t> entries;
  CandidatePool pool;  ///< Empty unless it was to be kept.

  Graph view() const { return {.neighbours = neighbours.data(), .degree = degree}; }
};

/// A graph over `members` (ascending), some or all of `rows`; rows that are no members get no neighbours.
/// Every member can be reached from the entries. Errors: those of `cancel`.
Result<BuiltGraph> BuildGraph(const CodedRows& rows, std::span<const uint32_t> members,
                              const GraphOptions& options, const CancelToken& cancel, ThreadTeam* team);

/// The graph that another rule of selection makes of the candidates that a build kept. `options` are those of
/// the build but for the rule; by the same rule it is the same graph. Errors: those of `cancel`.
Result<BuiltGraph> RewireGraph(const CodedRows& rows, std::span<const uint32_t> members,
                               const CandidatePool& pool, const GraphOptions& options,
                               const CancelToken& cancel, ThreadTeam* team);

/// How many entries a graph over `members` rows has: a few more for more rows, at most 512.
size_t EntryCount(size_t members);

}  // namespace lake::ann
