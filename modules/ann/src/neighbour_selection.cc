#include "neighbour_selection.h"

#include <algorithm>

namespace lake::ann {

void SelectNeighbours(const CodedRows& rows, Code code, std::span<const Candidate> candidates,
                      const SelectionRule& rule, Selection* selection) {
  constexpr size_t kAhead = 4;
  std::vector<Candidate>& chosen = selection->chosen;
  chosen.clear();
  for (const Candidate& candidate : candidates.first(std::min(kAhead, candidates.size())))
    rows.Fetch(candidate.row, code);
  for (size_t i = 0; i < candidates.size(); ++i) {
    if (chosen.size() == rule.degree) return;
    const Candidate& candidate = candidates[i];
    if (i + kAhead < candidates.size()) rows.Fetch(candidates[i + kAhead].row, code);
    rows.SetOrigin(candidate.row, code, &selection->candidate);
    const bool leads_elsewhere = std::ranges::none_of(chosen, [&](const Candidate& other) {
      return rule.alpha * rows.Distance(selection->candidate, code, other.row) < candidate.distance;
    });
    if (leads_elsewhere) chosen.push_back(candidate);
  }
  const size_t fewest = std::min({kFewestNeighbours, rule.degree, candidates.size()});
  for (const Candidate& candidate : candidates) {
    if (chosen.size() >= fewest) break;
    const auto place = std::ranges::lower_bound(chosen, candidate, std::less<>());
    if (place == chosen.end() || *place != candidate) chosen.insert(place, candidate);
  }
}

}  // namespace lake::ann
