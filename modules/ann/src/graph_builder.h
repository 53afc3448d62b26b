// Builds the graph from leaves: rows that lie together, compared each with each while all of them are in the
// cache. Walks are not needed for it: they would wait for memory at every step. Whom a row chose in its
// leaves is brought together, from that its neighbours are chosen, and who is chosen takes the row in. What
// comes out depends on the codes and the options alone, not on the threads.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
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
  size_t ef_construction =
      80;  ///< How many candidates a row finds before it chooses, at most: some in each leaf.
  uint64_t seed = 0;
  bool keep_candidates = false;
};

/// Of each row, whom it found near: from that its neighbours were chosen, and can be again by another rule.
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
  Candidate* places_of(uint32_t row) { return candidates_.data() + row * places_; }

 private:
  size_t places_ = 0;
  HugeArray<Candidate> candidates_;
  std::vector<uint32_t> sizes_;
};

/// What a graph was made of.
struct Candidates {
  CandidatePool pool;
  std::vector<uint32_t> order;  ///< The members as they are linked, those that lie together side by side.
};

struct BuiltGraph {
  HugeArray<uint32_t> neighbours;
  size_t degree = 0;
  std::vector<uint32_t> entries;
  Candidates candidates;  ///< Empty unless they were to be kept.

  Graph view() const { return {.neighbours = neighbours.data(), .degree = degree}; }
};

/// A graph over `members` (ascending), some or all of `rows`; rows that are no members get no neighbours.
/// Every member can be reached from the entries. Errors: those of `cancel`.
Result<BuiltGraph> BuildGraph(const CodedRows& rows, std::span<const uint32_t> members,
                              const GraphOptions& options, const CancelToken& cancel, ThreadTeam* team);

/// The graph that another rule of selection makes of the candidates that a build kept: what a build by that
/// rule gives. `options` are those of the build but for the rule. Errors: those of `cancel`.
Result<BuiltGraph> RewireGraph(const CodedRows& rows, std::span<const uint32_t> members,
                               const Candidates& candidates, const GraphOptions& options,
                               const CancelToken& cancel, ThreadTeam* team);

/// How many entries a graph over `members` rows has: one for every hundred, 512 to 100,000.
size_t EntryCount(size_t members);

}  // namespace lake::ann
