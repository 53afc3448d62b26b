// Recall against latency, drawn with characters.
#pragma once

#include <string>
#include <vector>

namespace lake::app {

struct PlotPoint {
  double recall = 0;
  double latency_us = 0;
  bool is_winner = false;
};

/// Recall upwards, latency to the right on a logarithmic scale; 'W' is the winner, 'o' a point that no other
/// one is better than in both, '.' any other. Lines end with a line end. Empty without a point that can be
/// drawn.
std::string PlotRecall(const std::vector<PlotPoint>& points);

}  // namespace lake::app
