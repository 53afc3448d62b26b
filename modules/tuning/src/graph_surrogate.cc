#include "graph_surrogate.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "lake/common/check.h"

namespace lake::tuning {
namespace {

// How far options have to differ for graphs to tell little of each other: an octave and a half of
// ef_construction, one of degree, a fifth of alpha.
constexpr double kEfScale = 1.5;
constexpr double kDegreeScale = 1.0;
constexpr double kAlphaScale = 0.2;
/// Of the variance: what fits are wrong by.
constexpr double kNoise = 0.02;
// What graphs differ by as a rule, in logits of recall and logarithms of distances.
constexpr double kRecallSd = 0.8;
constexpr double kDistancesSd = 0.35;

double Likeness(const vector::HnswConfig& one, const vector::HnswConfig& other) {
  const ann::BuildOptions a = vector::BuildOptionsOf(one, 1);
  const ann::BuildOptions b = vector::BuildOptionsOf(other, 1);
  const auto octaves = [](size_t x, size_t y) {
    return std::log2(static_cast<double>(x) / static_cast<double>(y));
  };
  const double ef = octaves(a.ef_construction, b.ef_construction) / kEfScale;
  const double degree = octaves(a.degree, b.degree) / kDegreeScale;
  const double alpha = (double{a.alpha} - double{b.alpha}) / kAlphaScale;
  return std::exp(-(ef * ef + degree * degree + alpha * alpha) / 2);
}

double Dot(const std::vector<double>& a, const std::vector<double>& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

}  // namespace

GraphSurrogate::GraphSurrogate(std::vector<FittedGraph> known)
    : known_(std::move(known)), cholesky_(known_.size() * known_.size()) {
  LAKE_CHECK(!known_.empty());
  const size_t n = known_.size();
  for (size_t i = 0; i < n; ++i)
    for (size_t j = 0; j <= i; ++j) {
      double left = Likeness(known_[i].graph, known_[j].graph) + (i == j ? kNoise : 0);
      for (size_t m = 0; m < j; ++m) left -= cholesky_[i * n + m] * cholesky_[j * n + m];
      cholesky_[i * n + j] = i == j ? std::sqrt(std::max(left, kNoise / 2)) : left / cholesky_[j * n + j];
    }
  for (const FittedGraph& graph : known_) {
    const auto share = 1 / static_cast<double>(n);
    mean_.recall_offset += share * graph.fit.recall_offset;
    mean_.recall_slope += share * graph.fit.recall_slope;
    mean_.distances_offset += share * graph.fit.distances_offset;
    mean_.distances_slope += share * graph.fit.distances_slope;
  }
}

std::vector<double> GraphSurrogate::Solve(std::vector<double> likeness) const {
  const size_t n = known_.size();
  for (size_t i = 0; i < n; ++i) {
    for (size_t j = 0; j < i; ++j) likeness[i] -= cholesky_[i * n + j] * likeness[j];
    likeness[i] /= cholesky_[i * n + i];
  }
  for (size_t i = n; i-- > 0;) {
    for (size_t j = i + 1; j < n; ++j) likeness[i] -= cholesky_[j * n + i] * likeness[j];
    likeness[i] /= cholesky_[i * n + i];
  }
  return likeness;
}

ExpectedGraph GraphSurrogate::Of(const vector::HnswConfig& graph) const {
  std::vector<double> likeness;
  for (const FittedGraph& built : known_) likeness.push_back(Likeness(graph, built.graph));
  const std::vector<double> weights = Solve(likeness);
  const auto expected = [&](double GraphFit::* figure) {
    double value = mean_.*figure;
    for (size_t i = 0; i < known_.size(); ++i) value += weights[i] * (known_[i].fit.*figure - mean_.*figure);
    return value;
  };
  const double unknown = std::sqrt(std::clamp(1 - Dot(likeness, weights), 0.0, 1.0));
  return {.fit = {.recall_offset = expected(&GraphFit::recall_offset),
                  .recall_slope = std::max(expected(&GraphFit::recall_slope), 0.0),
                  .distances_offset = expected(&GraphFit::distances_offset),
                  .distances_slope = std::max(expected(&GraphFit::distances_slope), 0.0)},
          .recall_sd = kRecallSd * unknown,
          .distances_sd = kDistancesSd * unknown};
}

}  // namespace lake::tuning
