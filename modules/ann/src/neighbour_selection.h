// Which of the rows near a row become its neighbours: not simply the nearest, but those that lead elsewhere.
#pragma once

#include <span>
#include <vector>

#include "coded_rows.h"

namespace lake::ann {

struct SelectionRule {
  size_t degree = 32;
  /// A candidate is left out when a neighbour chosen before it is nearer to it, times alpha, than the row
  /// itself is. On squared distances. 1 is the relative neighbourhood graph; more keeps longer ways (Vamana,
  /// NeurIPS 2019).
  float alpha = 1;
};

/// A row keeps this many neighbours where there are as many candidates: in a crowd of near duplicates the
/// rule alone would leave it one.
inline constexpr size_t kFewestNeighbours = 4;

/// What selections work in, kept from one to the next. One thread at a time.
struct Selection {
  Origin candidate;
  std::vector<Candidate> chosen;  ///< Of the last one, sorted.
};

/// Chooses among `candidates`: sorted, each once, their distances those to the row and by `code`.
void SelectNeighbours(const CodedRows& rows, Code code, std::span<const Candidate> candidates,
                      const SelectionRule& rule, Selection* selection);

}  // namespace lake::ann
