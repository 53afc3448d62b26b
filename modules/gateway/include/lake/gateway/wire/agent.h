// The tuning agent over the wire.
#pragma once

#include <string>
#include <tuple>

#include "lake/common/describe.h"

namespace lake::gateway::wire {

struct EnqueueIndex {
  std::string index;
};

}  // namespace lake::gateway::wire

template <>
struct lake::Describe<lake::gateway::wire::EnqueueIndex> {
  using T = lake::gateway::wire::EnqueueIndex;
  static constexpr auto kFields = std::tuple{Required("index", &T::index, "Index name.").Between(1, 255)};
};
