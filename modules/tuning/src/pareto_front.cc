#include "pareto_front.h"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace lake::tuning {

std::vector<size_t> ParetoFront(std::span<const WalkPoint> points) {
  std::vector<size_t> order;
  for (size_t i = 0; i < points.size(); ++i)
    if (!std::isnan(points[i].recall) && !std::isnan(points[i].latency_us)) order.push_back(i);
  std::ranges::sort(order, {},
                    [&](size_t i) { return std::tuple(points[i].latency_us, -points[i].recall, i); });
  std::vector<size_t> front;
  for (const size_t i : order)
    if (front.empty() || points[i].recall > points[front.back()].recall) front.push_back(i);
  return front;
}

double Hypervolume(std::span<const WalkPoint> points, const WalkPoint& worst) {
  if (!(worst.latency_us > 0) || !(worst.recall < 1)) return 0;
  double volume = 0;
  double recall = worst.recall;
  for (const size_t i : ParetoFront(points)) {
    const double reached = std::min(points[i].recall, 1.0);
    if (reached <= recall || points[i].latency_us >= worst.latency_us) continue;
    volume += (reached - recall) * (worst.latency_us - std::max(points[i].latency_us, 0.0));
    recall = reached;
  }
  return volume / ((1 - worst.recall) * worst.latency_us);
}

}  // namespace lake::tuning
