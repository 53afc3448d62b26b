#include "reachability.h"

#include <algorithm>

#include "beam.h"

namespace lake::ann {
namespace {

class Reach {
 public:
  Reach(const Graph& graph, size_t rows) : graph_(graph), reached_(rows) {}

  bool reached(uint32_t row) const { return reached_[row]; }

  void AddAllFrom(uint32_t start) {
    Add(start);
    while (!open_.empty()) {
      const uint32_t row = open_.back();
      open_.pop_back();
      for (const uint32_t neighbour : graph_.of(row)) Add(neighbour);
    }
  }

 private:
  void Add(uint32_t row) {
    if (reached_[row]) return;
    reached_[row] = true;
    open_.push_back(row);
  }

  const Graph graph_;
  std::vector<bool> reached_;
  std::vector<uint32_t> open_;
};

/// Whether a row in `found` had a place for `row`.
bool LinkFromNearest(std::span<const Candidate> found, uint32_t row, BuiltGraph* graph) {
  for (const Candidate& near : found) {
    uint32_t* places = graph->neighbours.data() + size_t{near.row} * graph->degree;
    const size_t used = graph->view().of(near.row).size();
    if (used == graph->degree) continue;
    places[used] = row;
    return true;
  }
  return false;
}

}  // namespace

std::vector<uint32_t> UnreachableRows(const Graph& graph, size_t rows, std::span<const uint32_t> members,
                                      std::span<const uint32_t> entries) {
  Reach reach(graph, rows);
  for (const uint32_t entry : entries) reach.AddAllFrom(entry);
  std::vector<uint32_t> lost;
  std::ranges::copy_if(members, std::back_inserter(lost), [&](uint32_t row) { return !reach.reached(row); });
  return lost;
}

void LinkUnreachable(const CodedRows& rows, const GraphOptions& options, std::span<const uint32_t> members,
                     const Entries& entries, BuiltGraph* graph) {
  Reach reach(graph->view(), rows.count);
  for (const uint32_t entry : graph->entries) reach.AddAllFrom(entry);
  Beam beam;
  Origin origin;
  for (const uint32_t row : members) {
    if (reach.reached(row)) continue;
    rows.SetOrigin(row, options.code, &origin);
    const Starts starts = entries.Nearest(origin);
    beam.Walk(graph->view(), rows, options.code, origin, {.width = options.ef_construction}, starts.rows());
    if (!LinkFromNearest(beam.found(), row, graph)) graph->entries.push_back(row);
    reach.AddAllFrom(row);
  }
}

}  // namespace lake::ann
