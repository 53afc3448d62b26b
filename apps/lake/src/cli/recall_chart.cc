#include "recall_chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace lake::app {
namespace {

constexpr double kWidth = 760;
constexpr double kHeight = 380;
constexpr double kLeft = 64;
constexpr double kRight = 16;
constexpr double kTop = 16;
constexpr double kBottom = 44;

struct Scale {
  double low;
  double high;
  double from;  ///< Pixel of `low`.
  double to;

  double At(double value) const { return from + (value - low) / (high - low) * (to - from); }
};

/// 1, 2 or 5 times a power of ten, so that about `count` of them fill the range.
double Step(double range, int count) {
  const double rough = range / count;
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  for (const double factor : {1.0, 2.0, 5.0})
    if (rough <= factor * power) return factor * power;
  return 10 * power;
}

Scale RecallScale(const std::vector<ChartPoint>& points) {
  double low = 1;
  double high = 0;
  for (const ChartPoint& point : points) {
    low = std::min(low, point.recall_low.value_or(point.recall));
    high = std::max(high, point.recall_high.value_or(point.recall));
  }
  const double margin = std::max((high - low) * 0.05, 0.001);
  return {.low = std::max(0.0, low - margin),
          .high = std::min(1.0, high) + margin / 2,
          .from = kHeight - kBottom,
          .to = kTop};
}

/// Of logarithms.
Scale LatencyScale(const std::vector<ChartPoint>& points) {
  const auto [least, most] = std::ranges::minmax(points, {}, &ChartPoint::latency_us);
  const double low = std::log10(least.latency_us);
  const double high = std::log10(most.latency_us);
  const double margin = std::max((high - low) * 0.06, 0.02);
  return {.low = low - margin, .high = high + margin, .from = kLeft, .to = kWidth - kRight};
}

std::string RecallAxis(const Scale& recall) {
  std::string svg;
  const double step = Step(recall.high - recall.low, 6);
  const int decimals = std::max(1, static_cast<int>(std::ceil(-std::log10(step))));
  for (double value = std::ceil(recall.low / step) * step; value <= std::min(1.0, recall.high); value += step)
    svg += fmt::format(
        "<line class=\"grid\" x1=\"{0}\" x2=\"{1}\" y1=\"{2:.1f}\" y2=\"{2:.1f}\"/>"
        "<text x=\"{3}\" y=\"{2:.1f}\" dy=\"4\" text-anchor=\"end\">{4:.{5}f}</text>\n",
        kLeft, kWidth - kRight, recall.At(value), kLeft - 8, value, decimals);
  return svg + fmt::format("<text x=\"{}\" y=\"12\" text-anchor=\"end\">recall</text>\n", kLeft - 8);
}

std::string LatencyAxis(const Scale& latency) {
  std::string svg;
  const bool wide = latency.high - latency.low > 1;
  for (double power = std::floor(latency.low); power <= latency.high; ++power) {
    for (const double factor : {1.0, 1.2, 1.5, 2.0, 3.0, 5.0, 7.0}) {
      const bool coarse = factor == 1 || factor == 2 || factor == 5;
      const double at = power + std::log10(factor);
      if (at < latency.low || at > latency.high || (wide && !coarse)) continue;
      svg += fmt::format(
          "<line class=\"grid\" x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"{1}\" y2=\"{2}\"/>"
          "<text x=\"{0:.1f}\" y=\"{3}\" text-anchor=\"middle\">{4:g}</text>\n",
          latency.At(at), kTop, kHeight - kBottom, kHeight - kBottom + 18, std::pow(10.0, power) * factor);
    }
  }
  return svg + fmt::format("<text x=\"{}\" y=\"{}\" text-anchor=\"end\">median of a query, µs</text>\n",
                           kWidth - kRight, kHeight - 6);
}

std::string FrontLine(const std::vector<ChartPoint>& points, const Scale& recall, const Scale& latency) {
  std::vector<ChartPoint> front;
  std::ranges::copy_if(points, std::back_inserter(front), &ChartPoint::on_front);
  std::ranges::sort(front, {}, &ChartPoint::latency_us);
  std::string path;
  for (const ChartPoint& point : front)
    path += fmt::format("{}{:.1f} {:.1f}", path.empty() ? "M" : " L",
                        latency.At(std::log10(point.latency_us)), recall.At(point.recall));
  return path.empty() ? "" : fmt::format("<path class=\"front\" d=\"{}\"/>\n", path);
}

}  // namespace

std::string EscapeHtml(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

std::string RecallChart(const std::vector<ChartPoint>& points) {
  if (points.empty()) return "";
  const Scale recall = RecallScale(points);
  const Scale latency = LatencyScale(points);
  std::string svg = fmt::format(
      "<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"Recall against latency\">\n", kWidth, kHeight);
  svg += RecallAxis(recall) + LatencyAxis(latency) + FrontLine(points, recall, latency);
  for (const ChartPoint& point : points) {
    const double x = latency.At(std::log10(point.latency_us));
    svg += fmt::format("<g class=\"{}{}\"><title>{}</title>", point.on_front ? "best" : "beaten",
                       point.promoted ? " promoted" : "", EscapeHtml(point.label));
    if (point.recall_low && point.recall_high)
      svg += fmt::format("<line x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"{1:.1f}\" y2=\"{2:.1f}\"/>", x,
                         recall.At(*point.recall_low), recall.At(*point.recall_high));
    svg += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{}\"/></g>\n", x, recall.At(point.recall),
                       point.promoted ? 7 : 4);
  }
  return svg + "</svg>\n";
}

}  // namespace lake::app
