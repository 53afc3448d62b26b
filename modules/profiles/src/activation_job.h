// What a job that activates a profile was asked for: everything that its clean-up needs is known before it
// begins.
#pragma once

#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "lake/common/describe.h"
#include "lake/common/error.h"
#include "lake/common/json.h"
#include "lake/profiles/activation.h"

namespace lake::profiles {

inline ActivationFailure FailureOf(ActivationStep step, std::string name, const Error& error) {
  return {.step = step, .name = std::move(name), .code = error.reason(), .detail = error.message()};
}

struct PlannedIndex {
  std::string index_name;
  /// Payload of a job of kind vector::kRefreshJob when its graph has to be built.
  std::optional<JsonValue> rebuild;
  std::optional<ActivationFailure> failure;  ///< Why that cannot be.
};

struct ActivationJob {
  std::string profile_id;
  std::string process;  ///< That accepted it: no later one carries it out.
  std::vector<PlannedIndex> indexes;
  std::vector<ActivationFailure> failures;  ///< Known before it begins.
};

}  // namespace lake::profiles

template <>
struct lake::Describe<lake::profiles::PlannedIndex> {
  using T = lake::profiles::PlannedIndex;
  static constexpr auto kFields = std::tuple{Required("index_name", &T::index_name, "The index."),
                                             Optional("rebuild", &T::rebuild, "How it is built."),
                                             Optional("failure", &T::failure, "Why it cannot be.")};
};
template <>
struct lake::Describe<lake::profiles::ActivationJob> {
  using T = lake::profiles::ActivationJob;
  static constexpr auto kFields =
      std::tuple{Required("profile_id", &T::profile_id, "The profile."),
                 Required("process", &T::process, "Who accepted it."),
                 Required("indexes", &T::indexes, "What is warmed, in this order."),
                 Required("failures", &T::failures, "Known before it begins.")};
};
