// Eval sets over the wire are as their owner describes them (lake/tuning/eval_set.h); here is what is asked
// for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "lake/common/describe.h"
#include "lake/tuning/eval_set.h"

namespace lake::gateway::wire {

struct SaveEvalSet {
  std::string name;
  uint32_t k = tuning::kDefaultEvalK;
  std::vector<tuning::EvalQuery> queries;
  bool ground_truth_built = false;
};

struct MakeEvalSet {
  std::string name;
  std::string index_name;
  uint32_t count = tuning::kDefaultEvalQueries;
  uint32_t k = tuning::kDefaultEvalK;
  std::optional<uint64_t> seed;
};

/// The set a path names.
struct NamedEvalSet {
  std::string name;
};

}  // namespace lake::gateway::wire

template <>
struct lake::Describe<lake::gateway::wire::SaveEvalSet> {
  using T = lake::gateway::wire::SaveEvalSet;
  static constexpr std::string_view kName = "SaveEvalSet";
  static constexpr auto kFields =
      std::tuple{Required("name", &T::name, "Name of the set; one of that name is replaced.").Between(1, 255),
                 Optional("k", &T::k, "Neighbours that are asked for.").Between(1, lake::tuning::kMaxEvalK),
                 Required("queries", &T::queries, "What is asked: a text or a vector each.")
                     .Between(1, lake::tuning::kMaxEvalQueries),
                 Optional("ground_truth_built", &T::ground_truth_built,
                          "Not looked at: ground truth is always computed here, by the next trial.")};
};
template <>
struct lake::Describe<lake::gateway::wire::MakeEvalSet> {
  using T = lake::gateway::wire::MakeEvalSet;
  static constexpr std::string_view kName = "MakeEvalSet";
  static constexpr auto kFields = std::tuple{
      Required("name", &T::name, "Name of the set; one of that name is replaced.").Between(1, 255),
      Required("index_name", &T::index_name, "Index that the queries are made of.").Between(1, 255),
      Optional("count", &T::count, "Most queries: fewer are made of an index with fewer chunks.")
          .Between(1, lake::tuning::kMaxEvalQueries),
      Optional("k", &T::k, "Neighbours that are asked for.").Between(1, lake::tuning::kMaxEvalK),
      Optional("seed", &T::seed, "Another one gives other queries.")};
};
template <>
struct lake::Describe<lake::gateway::wire::NamedEvalSet> {
  using T = lake::gateway::wire::NamedEvalSet;
  static constexpr auto kFields = std::tuple{Required("name", &T::name, "Name of the set.").Between(1, 255)};
};
