// Builds the graph of many rows: not by walks, each of which waits for memory at every step, but from leaves,
// within which each row is compared with each while all of them are in the cache. For half the cost of
// inserting row by row it finds about the same neighbours.
#pragma once

#include "graph_builder.h"

namespace lake::ann {

/// Whether a graph over so many members is built from leaves.
bool IsBuiltFromLeaves(Code code, size_t members);

/// As BuildGraph; `options.code` is kInt4. ef_construction says how many leaves a row is in: one for
/// every 16.
Result<BuiltGraph> BuildFromLeaves(const CodedRows& rows, std::span<const uint32_t> members,
                                   const GraphOptions& options, const CancelToken& cancel, ThreadTeam* team);

/// As RewireGraph, of the candidates that BuildFromLeaves kept.
Result<BuiltGraph> RewireFromLeaves(const CodedRows& rows, std::span<const uint32_t> members,
                                    const CandidatePool& pool, const GraphOptions& options,
                                    const CancelToken& cancel, ThreadTeam* team);

}  // namespace lake::ann
