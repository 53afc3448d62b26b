// Recall against latency as a drawing (SVG).
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace lake::app {

struct ChartPoint {
  double recall = 0;
  std::optional<double> recall_low;
  std::optional<double> recall_high;
  double latency_us = 0;
  bool on_front = false;
  bool promoted = false;
  std::string label;  ///< Shown where a pointer rests on it.
};

/// Recall upwards, latency to the right on a logarithmic scale, intervals as bars, the front as a line. Empty
/// without points.
std::string RecallChart(const std::vector<ChartPoint>& points);

/// Text as HTML and SVG show it.
std::string EscapeHtml(std::string_view text);

}  // namespace lake::app
