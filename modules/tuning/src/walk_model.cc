#include "walk_model.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "lake/vector/hnsw_config.h"

namespace lake::tuning {
namespace {

double Logit(double share) { return std::log(share / (1 - share)); }

/// y = offset + slope x, by weighted least squares.
class Line {
 public:
  void Add(double x, double y, double weight) {
    weight_ += weight;
    x_ += weight * x;
    y_ += weight * y;
    xx_ += weight * x * x;
    xy_ += weight * x * y;
  }
  double Spread() const { return weight_ <= 0 ? 0 : xx_ / weight_ - (x_ / weight_) * (x_ / weight_); }
  /// 0 where there is only one x.
  double Slope() const {
    constexpr double kSameX = 1e-9;
    if (Spread() < kSameX) return 0;
    return (xy_ / weight_ - x_ * y_ / (weight_ * weight_)) / Spread();
  }
  double OffsetFor(double slope) const { return (y_ - slope * x_) / weight_; }

 private:
  double weight_ = 0, x_ = 0, y_ = 0, xx_ = 0, xy_ = 0;
};

}  // namespace

double GraphFit::RecallAt(double ef_search) const {
  return 1 / (1 + std::exp(-(recall_offset + recall_slope * std::log(ef_search / kPivotEf))));
}

double GraphFit::DistancesAt(double ef_search) const {
  return std::exp(distances_offset + distances_slope * std::log(ef_search / kPivotEf));
}

double GraphFit::DistancesFor(double recall) const {
  constexpr double kNever = std::numeric_limits<double>::infinity();
  const auto& [least, most] = vector::kEfSearchBounds;
  if (!(recall < 1)) return kNever;
  if (recall <= RecallAt(least)) return DistancesAt(least);
  if (!(RecallAt(most) >= recall)) return kNever;
  return DistancesAt(kPivotEf * std::exp((Logit(recall) - recall_offset) / recall_slope));
}

std::optional<GraphFit> FitGraph(std::span<const WalkSample> samples, double draws) {
  Line recall;
  Line distances;
  for (const WalkSample& sample : samples) {
    if (std::isnan(sample.recall) || !(sample.distances > 0) || !(sample.ef_search > 0)) continue;
    // A share of 0 or 1 is one that was not drawn often enough.
    const double unseen = 0.5 / std::max(draws, 1.0);
    const double share = std::clamp(sample.recall, unseen, 1 - unseen);
    const double x = std::log(sample.ef_search / kPivotEf);
    recall.Add(x, Logit(share), share * (1 - share) * draws);
    distances.Add(x, std::log(sample.distances), 1);
  }
  constexpr double kTwoWidths = 1e-6;
  if (distances.Spread() < kTwoWidths) return std::nullopt;
  GraphFit fit;
  fit.recall_slope = std::max(recall.Slope(), 0.0);
  fit.recall_offset = recall.OffsetFor(fit.recall_slope);
  fit.distances_slope = std::max(distances.Slope(), 0.0);
  fit.distances_offset = distances.OffsetFor(fit.distances_slope);
  return fit;
}

std::optional<LatencyFit> FitLatency(std::span<const LatencySample> samples) {
  Line line;
  double least_us = std::numeric_limits<double>::infinity();
  for (const LatencySample& sample : samples) {
    if (!(sample.distances > 0) || !(sample.latency_us > 0)) continue;
    // What matters is the relative error: quick walks count as much as slow ones.
    line.Add(sample.distances, sample.latency_us, 1 / (sample.latency_us * sample.latency_us));
    least_us = std::min(least_us, sample.latency_us);
  }
  if (!std::isfinite(least_us)) return std::nullopt;
  const double slope = line.Slope();
  const double fixed = std::clamp(line.OffsetFor(slope), 0.0, least_us / 2);
  Line through;  // The slope that goes with what was kept of the fixed part.
  for (const LatencySample& sample : samples)
    if (sample.distances > 0 && sample.latency_us > 0)
      through.Add(0, (sample.latency_us - fixed) / sample.distances, 1);
  return LatencyFit{.fixed = fixed, .per_distance = std::max(through.OffsetFor(0), 0.0)};
}

}  // namespace lake::tuning
