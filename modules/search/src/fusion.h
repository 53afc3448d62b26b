// Fusion: one order out of what a question found by meaning and by words.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace lake::search {

struct FusedRow {
  uint64_t row = 0;
  double score = 0;
  std::optional<double> vector_score = {};
  std::optional<double> text_score = {};
};

/// Reciprocal rank fusion: a row's score is the sum of 1 / (60 + rank) over the lists it is in (Cormack,
/// Clarke, Buettcher, SIGIR 2009). Lists have the best first, by `score`. At most k rows, the best first,
/// ties by row.
std::vector<FusedRow> FuseByRank(std::span<const FusedRow> by_vector, std::span<const FusedRow> by_text,
                                 size_t k);

/// Distribution-based score fusion: a row's score is the mean of its two scores, each told by where it stands
/// among those of all candidates: three standard deviations below their mean or more are 0, three above it or
/// more are 1. No model's scale matters (Montague and Aslam, CIKM 2001: zero mean and unit variance, and
/// without an outlier that decides alone). A candidate without text_score has none of the words: its score is
/// 0 there. All have a vector_score. At most k of the candidates, the best first; ties by what lies beyond
/// three deviations, then by row.
std::vector<FusedRow> FuseByScore(std::vector<FusedRow> candidates, size_t k);

}  // namespace lake::search
