#include "fusion.h"

#include <algorithm>
#include <cmath>
#include <ranges>
#include <tuple>
#include <unordered_map>

namespace lake::search {
namespace {

constexpr double kRankOffset = 60;
constexpr double kDeviations = 3;  // On either side of the mean.

/// How the candidates' scores of one kind are spread.
struct Spread {
  double mean = 0;
  double deviation = 0;

  /// 0 to 1 within the deviations; where all scores are alike they tell nothing: the middle.
  double Place(double score) const {
    return deviation > 0 ? 0.5 + (score - mean) / (2 * kDeviations * deviation) : 0.5;
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

std::vector<FusedRow> FuseByRank(std::span<const FusedRow> by_vector, std::span<const FusedRow> by_text,
                                 size_t k) {
  std::unordered_map<uint64_t, FusedRow> rows;
  const auto add = [&](std::span<const FusedRow> list, std::optional<double> FusedRow::* stage) {
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
  std::ranges::sort(fused, [](const FusedRow& a, const FusedRow& b) {
    return a.score != b.score ? a.score > b.score : a.row < b.row;
  });
  if (fused.size() > k) fused.resize(k);
  return fused;
}

std::vector<FusedRow> FuseByScore(std::vector<FusedRow> candidates, size_t k) {
  const Spread vectors = SpreadOf(candidates, &FusedRow::vector_score);
  const Spread texts = SpreadOf(candidates, &FusedRow::text_score);
  struct Placed {
    FusedRow row;
    double uncut = 0;
  };
  std::vector<Placed> placed;
  for (FusedRow& row : candidates) {
    const double vector = vectors.Place(row.vector_score.value_or(0));
    const double text = texts.Place(row.text_score.value_or(0));
    row.score = (std::clamp(vector, 0.0, 1.0) + std::clamp(text, 0.0, 1.0)) / 2;
    placed.push_back({.row = row, .uncut = vector + text});
  }
  // Where the cut makes scores alike, what was cut off decides.
  std::ranges::sort(placed, [](const Placed& a, const Placed& b) {
    return std::tuple(-a.row.score, -a.uncut, a.row.row) < std::tuple(-b.row.score, -b.uncut, b.row.row);
  });
  if (placed.size() > k) placed.resize(k);
  std::vector<FusedRow> best;
  for (const Placed& one : placed) best.push_back(one.row);
  return best;
}

}  // namespace lake::search
