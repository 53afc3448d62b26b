// What a graph is built and searched with.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>

#include "lake/ann/code.h"
#include "lake/ann/index.h"
#include "lake/common/describe.h"
#include "lake/common/result.h"

namespace lake::vector {

// The bounds apply wherever a configuration comes in.
inline constexpr Bounds kEfConstructionBounds = {10, 400};
inline constexpr Bounds kEfSearchBounds = {10, 200};
inline constexpr Bounds kDegreeBounds = {4, 96};
inline constexpr Bounds kAlphaBounds = {1, 2};
/// The longest list of hits that trials measure with; a walk compares no more rows than it kept.
inline constexpr Bounds kRerankBounds = {1, 1000};

struct HnswConfig {
  uint32_t ef_construction = 80;
  uint32_t ef_search = 30;
  std::optional<uint64_t> seed = {};
  std::optional<uint32_t> degree = {};  ///< None: ann::BuildOptions'.
  std::optional<double> alpha = {};     ///< None: ann::BuildOptions'.
  /// What walks go by; none: what the build chose. The graph is the same: what rows are compared by while it
  /// is built is chosen by what tells them apart.
  std::optional<ann::Code> code = {};
  std::optional<uint32_t> rerank = {};  ///< None: ann::SearchOptions'.
  bool operator==(const HnswConfig&) const = default;
};

/// How a graph is walked; see ann::SearchOptions.
struct WalkSettings {
  size_t ef_search = 30;
  size_t rerank = 0;  ///< 0: as many as the walk's width calls for.
  std::optional<ann::Code> code = {};
  bool operator==(const WalkSettings&) const = default;
};
WalkSettings WalkOf(const HnswConfig& config);

/// The options of a build of it, by the cosine, as every index here.
ann::BuildOptions BuildOptionsOf(const HnswConfig& config, size_t threads);

/// Error, with pointer: invalid_argument/invalid_request when it is out of bounds.
Status CheckHnswConfig(const HnswConfig& config);

/// "ef_construction=80 ef_search=30 seed=42"; a seed that is none is "default". Options of which none is set
/// are left out: " degree=24 alpha=1.2 code=int4 rerank=40".
std::string ToText(const HnswConfig& config);

/// Whether both give the same graph over the same vectors: they differ at most in how it is walked.
bool BuildSameGraph(const HnswConfig& one, const HnswConfig& other);

}  // namespace lake::vector

template <>
struct lake::DescribeEnum<lake::ann::Code> {
  using C = lake::ann::Code;
  static constexpr std::array kNames = {EnumName(C::kInt4, "int4"), EnumName(C::kInt8, "int8"),
                                        EnumName(C::kF32, "f32")};
};
template <>
struct lake::Describe<lake::vector::HnswConfig> {
  using T = lake::vector::HnswConfig;
  static constexpr std::string_view kName = "HnswConfig";
  static constexpr auto kFields = std::tuple{
      Optional("ef_construction", &T::ef_construction,
               "Candidates a chunk finds before it chooses its neighbours.")
          .Between(lake::vector::kEfConstructionBounds.low, lake::vector::kEfConstructionBounds.high),
      Optional("ef_search", &T::ef_search, "Chunks kept on a walk: more find more and take longer.")
          .Between(lake::vector::kEfSearchBounds.low, lake::vector::kEfSearchBounds.high),
      Optional("seed", &T::seed, "Another one gives another graph over the same vectors.").NullWhenNone(),
      Optional("degree", &T::degree, "Most neighbours of a chunk; 32 unless told.")
          .Between(lake::vector::kDegreeBounds.low, lake::vector::kDegreeBounds.high),
      Optional("alpha", &T::alpha, "How much longer than needed a way may be kept; 1 unless told.")
          .Between(lake::vector::kAlphaBounds.low, lake::vector::kAlphaBounds.high),
      Optional(
          "code", &T::code,
          "What walks compare: fewer bits are quicker, more find more. Unless told, the fewest that tell "
          "the vectors apart."),
      Optional("rerank", &T::rerank,
               "Chunks compared exactly at the end of a walk; unless told, as its width asks for.")
          .Between(lake::vector::kRerankBounds.low, lake::vector::kRerankBounds.high)};
};
