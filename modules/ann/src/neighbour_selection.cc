#include "neighbour_selection.h"

#include <algorithm>

namespace lake::ann {
namespace {

bool LeadsElsewhere(const CodedRows& rows, Candidate candidate, std::span<const Candidate> chosen,
                    float alpha) {
  return std::ranges::none_of(chosen, [&](const Candidate& other) {
    return alpha * rows.Distance(candidate.row, other.row) < candidate.distance;
  });
}

}  // namespace

void SelectNeighbours(const CodedRows& rows, std::span<const Candidate> candidates, const SelectionRule& rule,
                      std::vector<Candidate>* chosen) {
  chosen->clear();
  for (const Candidate& candidate : candidates) {
    if (chosen->size() == rule.degree) return;
    if (LeadsElsewhere(rows, candidate, *chosen, rule.alpha)) chosen->push_back(candidate);
  }
  const size_t fewest = std::min({kFewestNeighbours, rule.degree, candidates.size()});
  for (const Candidate& candidate : candidates) {
    if (chosen->size() >= fewest) break;
    const auto place = std::ranges::lower_bound(*chosen, candidate, std::less<>());
    if (place == chosen->end() || *place != candidate) chosen->insert(place, candidate);
  }
}

}  // namespace lake::ann
