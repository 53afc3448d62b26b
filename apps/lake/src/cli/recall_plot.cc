#include "recall_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace lake::app {
namespace {

constexpr size_t kColumns = 60;
constexpr size_t kRows = 12;

bool IsDrawn(const PlotPoint& point) {
  return std::isfinite(point.recall) && std::isfinite(point.latency_us) && point.latency_us > 0;
}

bool IsBetter(const PlotPoint& a, const PlotPoint& b) {
  return a.recall >= b.recall && a.latency_us <= b.latency_us &&
         (a.recall > b.recall || a.latency_us < b.latency_us);
}

/// What a place shows when several points fall on it.
int Importance(char mark) { return mark == 'W' ? 3 : mark == 'o' ? 2 : mark == '.' ? 1 : 0; }

struct Range {
  double low;
  double high;

  /// The step from 0 to last, of equal width.
  size_t Place(double value, size_t last) const {
    if (high <= low) return last / 2;
    return static_cast<size_t>(std::lround((value - low) / (high - low) * static_cast<double>(last)));
  }
};

}  // namespace

std::string PlotRecall(const std::vector<PlotPoint>& points) {
  std::vector<PlotPoint> drawn;
  std::ranges::copy_if(points, std::back_inserter(drawn), IsDrawn);
  if (drawn.empty()) return "";
  const auto [least, most] = std::ranges::minmax(drawn, {}, &PlotPoint::recall);
  const auto [quickest, slowest] = std::ranges::minmax(drawn, {}, &PlotPoint::latency_us);
  const Range recall = {least.recall, most.recall};
  const Range latency = {std::log(quickest.latency_us), std::log(slowest.latency_us)};
  std::array<std::string, kRows> canvas;
  canvas.fill(std::string(kColumns, ' '));
  for (const PlotPoint& point : drawn) {
    const bool beaten =
        std::ranges::any_of(drawn, [&](const PlotPoint& other) { return IsBetter(other, point); });
    const char mark = point.is_winner ? 'W' : beaten ? '.' : 'o';
    char& place = canvas[kRows - 1 - recall.Place(point.recall, kRows - 1)]
                        [latency.Place(std::log(point.latency_us), kColumns - 1)];
    if (Importance(mark) > Importance(place)) place = mark;
  }
  std::string plot;
  for (size_t row = 0; row < kRows; ++row) {
    const std::string label = row == 0           ? fmt::format("{:.4f}", recall.high)
                              : row == kRows - 1 ? fmt::format("{:.4f}", recall.low)
                                                 : std::string();
    plot += fmt::format("{:>8} |{}\n", label, canvas[row].substr(0, canvas[row].find_last_not_of(' ') + 1));
  }
  const std::string quick = fmt::format("{:.0f} us", quickest.latency_us);
  plot += fmt::format("{:>8} +{}\n{:>9} {}{:>{}}\n", "recall", std::string(kColumns, '-'), "p50", quick,
                      fmt::format("{:.0f} us", slowest.latency_us), kColumns - quick.size());
  return plot;
}

}  // namespace lake::app
