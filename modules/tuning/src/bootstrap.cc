#include "bootstrap.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <vector>

#include "evaluation.h"
#include "lake/common/seeded_numbers.h"
#include "lake/tuning/trial.h"

namespace lake::tuning {
namespace {

double Median(std::vector<double>* values) {
  const auto middle = values->begin() + static_cast<std::ptrdiff_t>((values->size() - 1) / 2);
  std::ranges::nth_element(*values, middle);
  return *middle;
}

/// Ascending figures of draws of `count` queries; `figure` is given what was drawn.
template <class Figure>
std::vector<double> Draws(size_t count, uint64_t seed, const Figure& figure) {
  SeededNumbers random(seed);
  std::vector<size_t> drawn(count);
  std::vector<double> figures(kBootstrapDraws);
  for (double& value : figures) {
    for (size_t& query : drawn) query = random.Below(count);
    value = figure(drawn);
  }
  std::ranges::sort(figures);
  return figures;
}

Estimate EstimateOf(double value, const std::vector<double>& draws) {
  return {.value = value, .low = Percentile(draws, 0.025), .high = Percentile(draws, 0.975)};
}

constexpr Estimate kNone = {.value = kNotMeasured, .low = kNotMeasured, .high = kNotMeasured};

}  // namespace

double LowerBoundOfMean(std::span<const double> shares, uint64_t seed) {
  if (shares.empty()) return 0;
  if (std::ranges::any_of(shares, [](double share) { return std::isnan(share); })) return kNotMeasured;
  const size_t count = shares.size() + 1;
  const std::vector<double> means = Draws(count, seed, [&](const std::vector<size_t>& drawn) {
    double sum = 0;
    for (const size_t query : drawn) sum += query < shares.size() ? shares[query] : 0;
    return sum / static_cast<double>(count);
  });
  return Percentile(means, 0.05);
}

Estimate MeanDifference(std::span<const double> of, std::span<const double> than, uint64_t seed) {
  if (of.empty() || of.size() != than.size()) return kNone;
  std::vector<double> differences(of.size());
  std::ranges::transform(of, than, differences.begin(), std::minus<>());
  const auto count = static_cast<double>(of.size());
  const double mean = std::accumulate(differences.begin(), differences.end(), 0.0) / count;
  return EstimateOf(mean, Draws(of.size(), seed, [&](const std::vector<size_t>& drawn) {
                      double sum = 0;
                      for (const size_t query : drawn) sum += differences[query];
                      return sum / count;
                    }));
}

Estimate MedianRatio(std::span<const double> of, std::span<const double> than, uint64_t seed) {
  if (of.empty() || of.size() != than.size()) return kNone;
  std::vector<double> ours(of.begin(), of.end());
  std::vector<double> theirs(than.begin(), than.end());
  const double ratio = Median(&ours) / Median(&theirs);
  return EstimateOf(ratio, Draws(of.size(), seed, [&](const std::vector<size_t>& drawn) {
                      for (size_t i = 0; i < drawn.size(); ++i) {
                        ours[i] = of[drawn[i]];
                        theirs[i] = than[drawn[i]];
                      }
                      return Median(&ours) / Median(&theirs);
                    }));
}

}  // namespace lake::tuning
