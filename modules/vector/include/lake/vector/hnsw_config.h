// What a graph is built and searched with.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>

#include "lake/common/describe.h"
#include "lake/common/result.h"

namespace lake::vector {

/// The bounds apply wherever one comes in.
struct HnswConfig {
  uint32_t ef_construction = 80;
  uint32_t ef_search = 30;
  std::optional<uint64_t> seed;
  bool operator==(const HnswConfig&) const = default;
};

/// Error, with pointer: invalid_argument/invalid_request when it is out of bounds.
Status CheckHnswConfig(const HnswConfig& config);

/// "ef_construction=80 ef_search=30 seed=42"; a seed that is none is "default".
std::string ToText(const HnswConfig& config);

/// Whether both give the same graph over the same vectors: they differ in ef_search at most.
bool BuildSameGraph(const HnswConfig& one, const HnswConfig& other);

}  // namespace lake::vector

template <>
struct lake::Describe<lake::vector::HnswConfig> {
  using T = lake::vector::HnswConfig;
  static constexpr std::string_view kName = "HnswConfig";
  static constexpr auto kFields = std::tuple{
      Optional("ef_construction", &T::ef_construction,
               "Candidates a chunk finds before it chooses its neighbours.")
          .Between(10, 400),
      Optional("ef_search", &T::ef_search, "Chunks kept on a walk: more find more and take longer.")
          .Between(10, 200),
      Optional("seed", &T::seed, "Another one gives another graph over the same vectors.").NullWhenNone()};
};
