// Why a configuration was promoted, or not, in numbers: what the strategy "model" answers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>

#include "lake/common/describe.h"
#include "lake/vector/hnsw_config.h"

namespace lake::tuning {

/// Measured with queries that it was not chosen by, side by side with the other.
struct JudgedConfig {
  std::string trial_id;
  vector::HnswConfig config;
  double recall_at_k = 0;
  double recall_bound = 0;  ///< Lower, 95 %, bootstrapped over the queries.
  double search_latency_p50_us = 0;
  uint64_t memory_bytes = 0;
  double build_time_secs = 0;
};

/// Of a paired comparison, with its 95 % interval.
struct ComparedFigure {
  double value = 0;
  double low = 0;
  double high = 0;
};

struct Decision {
  bool promote = false;
  std::string reason;
  double target = 0;  ///< What the candidate's bound has to reach.
  uint64_t queries = 0;
  JudgedConfig candidate;
  JudgedConfig champion;
  ComparedFigure recall_difference;  ///< The candidate's less the champion's.
  ComparedFigure p50_ratio;          ///< The candidate's by the champion's.
  double memory_ratio = 0;
  double build_ratio = 0;
};

}  // namespace lake::tuning

template <>
struct lake::Describe<lake::tuning::JudgedConfig> {
  using T = lake::tuning::JudgedConfig;
  static constexpr std::string_view kName = "JudgedConfig";
  static constexpr auto kFields = std::tuple{
      Required("trial_id", &T::trial_id, "Trial with what was measured."),
      Required("config", &T::config, "What was measured."),
      Required("recall_at_k", &T::recall_at_k, "Share of the k nearest that were found."),
      Required("recall_bound", &T::recall_bound, "Its lower 95 % bound."),
      Required("search_latency_p50_us", &T::search_latency_p50_us, "Median latency on one thread."),
      Required("memory_bytes", &T::memory_bytes, "Bytes of all that a search reads."),
      Required("build_time_secs", &T::build_time_secs, "Seconds its build takes.")};
};
template <>
struct lake::Describe<lake::tuning::ComparedFigure> {
  using T = lake::tuning::ComparedFigure;
  static constexpr std::string_view kName = "ComparedFigure";
  static constexpr auto kFields = std::tuple{Required("value", &T::value, "As measured."),
                                             Required("low", &T::low, "Lower end of its 95 % interval."),
                                             Required("high", &T::high, "Upper end.")};
};
template <>
struct lake::Describe<lake::tuning::Decision> {
  using T = lake::tuning::Decision;
  static constexpr std::string_view kName = "TuningDecision";
  static constexpr auto kFields = std::tuple{
      Required("promote", &T::promote, "Whether the candidate is to take the champion's place."),
      Required("reason", &T::reason, "Why."),
      Required("target", &T::target, "What the candidate's recall bound has to reach."),
      Required("queries", &T::queries, "Queries that both were judged by."),
      Required("candidate", &T::candidate, "The best that was found."),
      Required("champion", &T::champion, "What was promoted before, or the index's own configuration."),
      Required("recall_difference", &T::recall_difference, "The candidate's recall less the champion's."),
      Required("p50_ratio", &T::p50_ratio, "The candidate's p50 by the champion's."),
      Required("memory_ratio", &T::memory_ratio, "The candidate's memory by the champion's."),
      Required("build_ratio", &T::build_ratio, "The candidate's build time by the champion's.")};
};
