// How sure a figure of some queries is: it is computed again for many draws of as many queries, with
// replacement (Efron, The Annals of Statistics 7, 1979). A seed decides the draws.
#pragma once

#include <cstdint>
#include <span>

namespace lake::tuning {

inline constexpr size_t kBootstrapDraws = 2000;

/// A figure and its 95 % interval.
struct Estimate {
  double value = 0;
  double low = 0;
  double high = 0;
};

/// The lower 95 % bound (one-sided) of the mean of shares of queries. One more query that found nothing is
/// drawn from: of n queries without a miss it gives about 1 - 3/n, as the rule of three does (Hanley and
/// Lippman-Hand, JAMA 249, 1983), where the queries alone would prove 1. 0 of none; NaN with one that is NaN.
double LowerBoundOfMean(std::span<const double> shares, uint64_t seed);

/// The mean of of[i] - than[i], which are of the same queries. NaN of none.
Estimate MeanDifference(std::span<const double> of, std::span<const double> than, uint64_t seed);

/// The median of `of` by that of `than`, which are of the same queries and more than 0. NaN of none.
Estimate MedianRatio(std::span<const double> of, std::span<const double> than, uint64_t seed);

}  // namespace lake::tuning
