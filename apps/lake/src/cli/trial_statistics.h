// What trials say together: which of them are worth having, and which parameter makes the difference.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lake/common/json.h"

namespace lake::app {

/// A trial whose recall and median latency were measured.
struct MeasuredTrial {
  JsonValue trial;
  double recall = 0;
  std::optional<double> recall_low;
  std::optional<double> recall_high;
  double latency_us = 0;  ///< Median of a query.
};

/// Those that can be compared with the first one: the same eval set over the same generation, both figures
/// measured. In their order.
std::vector<MeasuredTrial> ComparableTrials(const JsonValue::Array& trials);

/// Positions of those that no other one is at least as good as in both and better in one, the quickest first;
/// of equal ones the first.
std::vector<size_t> ParetoFront(const std::vector<MeasuredTrial>& trials);

/// How much of what differs between trials is told by one member of their configuration.
struct ParameterImportance {
  std::string parameter;
  size_t values = 0;  ///< Different ones, two at least.
  /// Share of the variance of logit recall, and of log latency, between the values (epsilon squared:
  /// corrected for their number), 0 to 1. None where every trial has a value of its own, or nothing differs.
  std::optional<double> recall_share;
  std::optional<double> latency_share;
};

/// Of every member that has two values or more, by what it tells of recall, the most first.
std::vector<ParameterImportance> ParameterImportances(const std::vector<MeasuredTrial>& trials);

}  // namespace lake::app
