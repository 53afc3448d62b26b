// Trials over the wire are as their owner describes them (lake/tuning/trial.h); here is what is asked for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "lake/gateway/wire/list.h"
#include "lake/tuning/best_trial.h"
#include "lake/tuning/trial.h"

namespace lake::gateway::wire {

struct RunTrial {
  std::string index_name;
  std::string harness;
  vector::HnswConfig config;
  std::optional<std::string> note;
};

/// The index a path names, for its trials.
struct TrialsOfIndex {
  std::string index_name;
};

struct ListTrials {
  std::string index_name;
  uint32_t limit = kDefaultPage;
  std::optional<std::string> page_token;
};

struct TrialPage {
  std::vector<tuning::Trial> items;
  std::optional<std::string> next_page_token;
  uint64_t skipped_lines = 0;
};

struct FindBestTrial {
  std::string index_name;
  tuning::BestBy metric = tuning::BestBy::kPareto;
};

struct JournalState {
  std::string index_name;
  uint64_t trials = 0;
  uint64_t skipped_lines = 0;
};

}  // namespace lake::gateway::wire

template <>
struct lake::Describe<lake::gateway::wire::RunTrial> {
  using T = lake::gateway::wire::RunTrial;
  static constexpr std::string_view kName = "RunTrial";
  static constexpr auto kFields = std::tuple{
      Required("index_name", &T::index_name, "Index whose vectors are built anew.").Between(1, 255),
      Required("harness", &T::harness, "Eval set that it is measured with.").Between(1, 255),
      Required("config", &T::config, "What is tried."),
      Optional("note", &T::note, "What to remember of it.").Between(0, 1000)};
};
template <>
struct lake::Describe<lake::gateway::wire::TrialsOfIndex> {
  using T = lake::gateway::wire::TrialsOfIndex;
  static constexpr auto kFields =
      std::tuple{Required("index_name", &T::index_name, "Index name.").Between(1, 255)};
};
template <>
struct lake::Describe<lake::gateway::wire::ListTrials> {
  using T = lake::gateway::wire::ListTrials;
  static constexpr auto kFields =
      std::tuple{Required("index_name", &T::index_name, "Index name.").Between(1, 255),
                 lake::gateway::wire::LimitField<T>(), lake::gateway::wire::PageTokenField<T>()};
};
template <>
struct lake::Describe<lake::gateway::wire::TrialPage> {
  using T = lake::gateway::wire::TrialPage;
  static constexpr std::string_view kName = "TrialPage";
  static constexpr auto kFields = std::tuple{
      Required("items", &T::items, "This page, newest first."),
      Optional("next_page_token", &T::next_page_token, "Give it as page_token to get the next page.")
          .NullWhenNone(),
      Required("skipped_lines", &T::skipped_lines, "Lines of the journal that are damaged.")};
};
template <>
struct lake::Describe<lake::gateway::wire::FindBestTrial> {
  using T = lake::gateway::wire::FindBestTrial;
  static constexpr auto kFields =
      std::tuple{Required("index_name", &T::index_name, "Index name.").Between(1, 255),
                 Optional("metric", &T::metric,
                          "recall: the highest; latency: the lowest 95th percentile; pareto: the recall less "
                          "what the latency "
                          "costs.")};
};
template <>
struct lake::Describe<lake::gateway::wire::JournalState> {
  using T = lake::gateway::wire::JournalState;
  static constexpr std::string_view kName = "JournalState";
  static constexpr auto kFields =
      std::tuple{Required("index_name", &T::index_name, "The index."),
                 Required("trials", &T::trials, "Trials in its journal, all of them durable."),
                 Required("skipped_lines", &T::skipped_lines, "Lines of the journal that are damaged.")};
};
