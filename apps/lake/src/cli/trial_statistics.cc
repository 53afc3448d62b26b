#include "trial_statistics.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>
#include <tuple>
#include <utility>

#include "lake/common/json_io.h"

namespace lake::app {
namespace {

std::optional<double> Metric(const JsonValue& trial, std::string_view name) {
  const JsonValue* metrics = trial.Find("metrics");
  const JsonValue* figure = metrics == nullptr ? nullptr : metrics->Find(name);
  if (figure == nullptr || !figure->is_number()) return std::nullopt;
  return figure->as_double();
}

/// Values of one parameter, one for each trial, and what was measured.
using Groups = std::map<std::string, std::vector<double>>;

double SumOfSquares(const std::vector<double>& values) {
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
  double sum = 0;
  for (const double value : values) sum += (value - mean) * (value - mean);
  return sum;
}

/// Epsilon squared (Kelley 1935): of the variance, what is between the groups, less what chance puts there.
std::optional<double> ShareBetween(const Groups& groups) {
  std::vector<double> all;
  double within = 0;
  for (const auto& [value, figures] : groups) {
    all.insert(all.end(), figures.begin(), figures.end());
    within += SumOfSquares(figures);
  }
  const double total = SumOfSquares(all);
  if (all.size() <= groups.size() || total <= 0) return std::nullopt;
  const double chance =
      within / static_cast<double>(all.size() - groups.size()) * static_cast<double>(groups.size() - 1);
  return std::clamp((total - within - chance) / total, 0.0, 1.0);
}

/// A recall of 1 is taken for half a miss among ten thousand.
double Logit(double recall) {
  constexpr double kAlmost = 0.99995;
  const double share = std::clamp(recall, 1 - kAlmost, kAlmost);
  return std::log(share / (1 - share));
}

std::string ValueOf(const JsonValue& trial, const std::string& parameter) {
  const JsonValue* config = trial.Find("config");
  const JsonValue* value = config == nullptr ? nullptr : config->Find(parameter);
  return value == nullptr ? "null" : WriteJson(*value);
}

}  // namespace

std::vector<MeasuredTrial> ComparableTrials(const JsonValue::Array& trials) {
  std::vector<MeasuredTrial> measured;
  for (const JsonValue& trial : trials) {
    const std::optional<double> recall = Metric(trial, "recall_at_k");
    const std::optional<double> latency_us = Metric(trial, "search_latency_p50_us");
    if (!recall || !latency_us || *latency_us <= 0) continue;
    const bool comparable =
        measured.empty() ||
        (trial.FindString("eval_set") == measured.front().trial.FindString("eval_set") &&
         trial.FindString("generation") == measured.front().trial.FindString("generation"));
    if (!comparable) continue;
    measured.push_back({.trial = trial,
                        .recall = *recall,
                        .recall_low = Metric(trial, "recall_low"),
                        .recall_high = Metric(trial, "recall_high"),
                        .latency_us = *latency_us});
  }
  return measured;
}

std::vector<size_t> ParetoFront(const std::vector<MeasuredTrial>& trials) {
  std::vector<size_t> order(trials.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::sort(order, {},
                    [&](size_t i) { return std::tuple(trials[i].latency_us, -trials[i].recall, i); });
  std::vector<size_t> front;
  for (const size_t i : order)
    if (front.empty() || trials[i].recall > trials[front.back()].recall) front.push_back(i);
  return front;
}

std::vector<ParameterImportance> ParameterImportances(const std::vector<MeasuredTrial>& trials) {
  std::set<std::string> parameters;
  for (const MeasuredTrial& measured : trials)
    if (const JsonValue* config = measured.trial.Find("config"); config != nullptr && config->is_object())
      for (const auto& [member, value] : config->as_object()) parameters.insert(member);
  std::vector<ParameterImportance> importances;
  for (const std::string& parameter : parameters) {
    Groups recalls;
    Groups latencies;
    for (const MeasuredTrial& measured : trials) {
      const std::string value = ValueOf(measured.trial, parameter);
      recalls[value].push_back(Logit(measured.recall));
      latencies[value].push_back(std::log(measured.latency_us));
    }
    if (recalls.size() < 2) continue;
    importances.push_back({.parameter = parameter,
                           .values = recalls.size(),
                           .recall_share = ShareBetween(recalls),
                           .latency_share = ShareBetween(latencies)});
  }
  std::ranges::sort(importances, {}, [](const ParameterImportance& one) {
    return std::pair(-one.recall_share.value_or(-1), one.parameter);
  });
  return importances;
}

}  // namespace lake::app
