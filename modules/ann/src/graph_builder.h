// Builds the graph: rows are inserted in batches, in an order drawn from the seed. The rows of a batch search
// the graph as it was before the batch, in parallel and without locks, choose their neighbours, and then
// every row that was chosen takes its new neighbours in. What comes out depends on the codes and the options
// alone, not on the threads (after ParlayANN, PPoPP 2024).
#pragma once

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
  size_t ef_construction = 80;  ///< How many candidates a row finds before it chooses.
  uint64_t seed = 0;
};

struct BuiltGraph {
  HugeArray<uint32_t> neighbours;
  size_t degree = 0;
  std::vector<uint32_t> entries;

  Graph view() const { return {.neighbours = neighbours.data(), .degree = degree}; }
};

/// A graph over `members` (ascending), some or all of `rows`; rows that are no members get no neighbours.
/// Every member can be reached from the entries. Errors: those of `cancel`.
Result<BuiltGraph> BuildGraph(const CodedRows& rows, std::span<const uint32_t> members,
                              const GraphOptions& options, const CancelToken& cancel, ThreadTeam* team);

/// How many entries a graph over `members` rows has: a few more for more rows, at most 512.
size_t EntryCount(size_t members);

}  // namespace lake::ann
