#include "graph_surrogate.h"

#include <algorithm>
#include <array>
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
constexpr double kFitNoise = 0.02;
// What graphs differ by as a rule, in logits of recall and logarithms of distances.
constexpr double kRecallSd = 0.8;
constexpr double kDistancesSd = 0.35;
/// So much of that samples do not tell.
constexpr double kUntold = 0.5;

constexpr std::array kFigures = {&GraphFit::recall_offset, &GraphFit::recall_slope,
                                 &GraphFit::distances_offset, &GraphFit::distances_slope};

/// What samples say of it.
GraphFit Told(const SampledGraph& graph) { return graph.sample.value_or(GraphFit{}); }

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
    : known_(std::move(known)),
      sampled_(std::ranges::any_of(known_, [](const auto& one) { return one.graph.sample.has_value(); })) {
  LAKE_CHECK(!known_.empty());
  if (sampled_) std::erase_if(known_, [](const FittedGraph& one) { return !one.graph.sample; });
  const size_t n = known_.size();
  cholesky_.resize(n * n);
  for (size_t i = 0; i < n; ++i)
    for (size_t j = 0; j <= i; ++j) {
      double left = Likeness(known_[i].graph.graph, known_[j].graph.graph) + (i == j ? kFitNoise : 0);
      for (size_t m = 0; m < j; ++m) left -= cholesky_[i * n + m] * cholesky_[j * n + m];
      cholesky_[i * n + j] = i == j ? std::sqrt(std::max(left, kFitNoise / 2)) : left / cholesky_[j * n + j];
    }
  for (const FittedGraph& one : known_)
    for (const auto figure : kFigures)
      mean_.*figure += (one.fit.*figure - Told(one.graph).*figure) / static_cast<double>(n);
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

ExpectedGraph GraphSurrogate::Of(const SampledGraph& graph) const {
  std::vector<double> likeness;
  for (const FittedGraph& built : known_) likeness.push_back(Likeness(graph.graph, built.graph.graph));
  const std::vector<double> weights = Solve(likeness);
  const GraphFit told = sampled_ ? Told(graph) : GraphFit{};
  GraphFit expected;
  for (const auto figure : kFigures) {
    expected.*figure = told.*figure + mean_.*figure;
    for (size_t i = 0; i < known_.size(); ++i)
      expected.*figure +=
          weights[i] * (known_[i].fit.*figure - Told(known_[i].graph).*figure - mean_.*figure);
  }
  expected.recall_slope = std::max(expected.recall_slope, 0.0);
  expected.distances_slope = std::max(expected.distances_slope, 0.0);
  const double unknown =
      (sampled_ ? kUntold : 1) * std::sqrt(std::clamp(1 - Dot(likeness, weights), 0.0, 1.0));
  return {.fit = expected, .recall_sd = kRecallSd * unknown, .distances_sd = kDistancesSd * unknown};
}

}  // namespace lake::tuning
