#include "fusion.h"

#include <algorithm>
#include <cmath>
#include <ranges>
#include <unordered_map>
#include <utility>

namespace lake::search {
namespace {

constexpr double kRankOffset = 60;
constexpr double kDeviations = 3;  // On either side of the mean.

std::vector<FusedRow> BestOf(std::vector<FusedRow> rows, size_t k) {
  std::ranges::sort(rows, [](const FusedRow& a, const FusedRow& b) {
    return a.score != b.score ? a.score > b.score : a.row < b.row;
  });
  if (rows.size() > k) rows.resize(k);
  return rows;
}

/// How the candidates' scores of one kind are spread.
struct Spread {
  double mean = 0;
  double deviation = 0;

  /// 0 to 1; where all scores are alike they tell nothing: the middle.
  double Place(double score) const {
    if (deviation == 0) return 0.5;
    return std::clamp(0.5 + (score - mean) / (2 * kDeviations * deviation), 0.0, 1.0);
  }
};

Spread SpreadOf(std::span<const FusedRow> candidates, std::optional<double> FusedRow::* stage) {
  const auto score = [&](const FusedRow& row) { return (row.*stage).value_or(0); };
  Spread spread;
  // Sums of equal numbers are not always alike: what rounding left would pass for a deviation.
  if (candidates.empty() || std::ranges::max(candidates | std::views::transform(score)) ==
                                std::ranges::min(candidates | std::views::transform(score)))
    return spread;
  const auto n = static_cast<double>(candidates.size());
  for (const FusedRow& row : candidates) spread.mean += score(row) / n;
  double variance = 0;
  for (const FusedRow& row : candidates) variance += std::pow(score(row) - spread.mean, 2) / n;
  spread.deviation = std::sqrt(variance);
  return spread;
}

}  // namespace

std::vector<FusedRow> FuseByRank(std::span<const RankedRow> by_vector, std::span<const RankedRow> by_text,
                                 size_t k) {
  std::unordered_map<uint64_t, FusedRow> rows;
  const auto add = [&](std::span<const RankedRow> list, std::optional<double> FusedRow::* stage) {
    for (size_t rank = 0; rank < list.size(); ++rank) {
      FusedRow& row = rows[list[rank].row];
      row.row = list[rank].row;
      row.score += 1 / (kRankOffset + static_cast<double>(rank + 1));
      row.*stage = list[rank].score;
    }
  };
  add(by_vector, &FusedRow::vector_score);
  add(by_text, &FusedRow::text_score);
  std::vector<FusedRow> fused;
  for (const auto& [number, row] : rows) fused.push_back(row);
  return BestOf(std::move(fused), k);
}

std::vector<FusedRow> FuseByScore(std::vector<FusedRow> candidates, size_t k) {
  const Spread vectors = SpreadOf(candidates, &FusedRow::vector_score);
  const Spread texts = SpreadOf(candidates, &FusedRow::text_score);
  for (FusedRow& row : candidates)
    row.score = (vectors.Place(row.vector_score.value_or(0)) + texts.Place(row.text_score.value_or(0))) / 2;
  return BestOf(std::move(candidates), k);
}

}  // namespace lake::search
