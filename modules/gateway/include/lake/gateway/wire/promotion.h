// What is promoted for an index, over the wire.
#pragma once

#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "lake/common/describe.h"
#include "lake/vector/index_record.h"

namespace lake::gateway::wire {

struct PromoteTrial {
  std::string index;
  std::string trial_id;
  std::optional<std::string> promoted_by;
  std::optional<std::string> note;
};

struct PromotedIndex {
  std::string index;
};

struct PromotionState {
  std::string index_name;
  std::optional<vector::Promotion> current;
  std::vector<vector::Promotion> history;
  bool live = false;
  std::optional<std::vector<vector::Promotion>> rolled_back = {};
  std::optional<vector::CanaryRecall> canary = {};
};

}  // namespace lake::gateway::wire

template <>
struct lake::Describe<lake::gateway::wire::PromoteTrial> {
  using T = lake::gateway::wire::PromoteTrial;
  static constexpr std::string_view kName = "PromoteTrial";
  static constexpr auto kFields = std::tuple{
      Required("index", &T::index, "Index name.").Between(1, 255),
      Required("trial_id", &T::trial_id, "Trial of that index.").Between(1, 255),
      Optional("promoted_by", &T::promoted_by, "Who promotes it; the caller when absent.").Between(1, 255),
      Optional("note", &T::note, "Why.").Between(0, 1000)};
};
template <>
struct lake::Describe<lake::gateway::wire::PromotedIndex> {
  using T = lake::gateway::wire::PromotedIndex;
  static constexpr auto kFields = std::tuple{Required("index", &T::index, "Index name.").Between(1, 255)};
};
template <>
struct lake::Describe<lake::gateway::wire::PromotionState> {
  using T = lake::gateway::wire::PromotionState;
  static constexpr std::string_view kName = "PromotionState";
  static constexpr auto kFields = std::tuple{
      Required("index_name", &T::index_name, "The index."),
      Optional(
          "current", &T::current,
          "What is promoted; null when nothing is, and the index has the configuration it was made with.")
          .NullWhenNone(),
      Required("history", &T::history, "What was promoted before it, the newest last."),
      Required("live", &T::live,
               "Whether the graph that answers is built with it; else it is from the next refresh on."),
      Optional(
          "rolled_back", &T::rolled_back,
          "What was taken back because it found less than was promised, the newest last; the note begins "
          "with the reason."),
      Optional("canary", &T::canary,
               "What the newest promotion that answers was measured to find since it does.")};
};
