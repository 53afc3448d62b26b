// No row is lost: what walks cannot reach is found and linked.
#pragma once

#include <span>

#include "entry_set.h"
#include "graph_builder.h"

namespace lake::ann {

/// Members that no path leads to from the entries, ascending by their place in `members`.
std::vector<uint32_t> UnreachableRows(const Graph& graph, size_t rows, std::span<const uint32_t> members,
                                      std::span<const uint32_t> entries);

/// Gives each such member a place among the neighbours of the nearest row that has one free, within the
/// nearest `ef_construction`; where none has, it becomes an entry.
void LinkUnreachable(const CodedRows& rows, const GraphOptions& options, std::span<const uint32_t> members,
                     const Entries& entries, BuiltGraph* graph);

}  // namespace lake::ann
