// The inner loops, one set for each kind of processor. Every set gives the same bits: integer sums are exact,
// and sums of floats are added up in one order that this header defines, without fused operations. Graphs,
// files and answers therefore do not depend on the machine.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>
#include <vector>

namespace lake::ann {

/// One cache line, one AVX-512 register.
inline constexpr size_t kCodeAlignment = 64;

/// Elements of half a byte are kept in lines of 128: byte j of a line is element j in its low half, element
/// 64 + j in its high one. So each half is a run of 64 without any shuffling.
inline constexpr size_t kElementsPerLine = 2 * kCodeAlignment;

inline constexpr size_t kFloatsPerLine = kCodeAlignment / sizeof(float);

/// In the place of a distance that is none: not less than any.
inline constexpr float kStruckOut = std::numeric_limits<float>::max();

/// Codes that many are compared with lie side by side, sixteen to a panel: byte 64 * (d / 4) + 4 * r + d % 4
/// is element d of the code at place r. So a register holds four elements of each of sixteen codes, and a sum
/// of products grows in one lane and is never folded.
inline constexpr size_t kPanelCodes = 16;

/// What distances are made of besides the products of codes, by place.
struct PanelTerms {
  std::array<float, kPanelCodes> scale;
  std::array<float, kPanelCodes> norm2;
  std::array<float, kPanelCodes> extra;       ///< 0 where the metric has none.
  std::array<int32_t, kPanelCodes> code_sum;  ///< Of origins.
};
/// Codes that distances are measured from. Elements are -127 to 127.
struct OriginPanel {
  const int8_t* elements;  ///< As pack_origins of the same set lays them out.
  const PanelTerms* terms;
};
/// Codes that they are measured to, by their high halves, in panels that follow one another. Elements are 0
/// to 15.
struct RowPanelRun {
  const uint8_t* elements;
  const PanelTerms* terms;  ///< Of each panel.
  size_t panels;
};

/// Floats are added up in this many lanes: element i goes to lane i % 32, and the lanes are folded in halves
/// (16 onto 16, 8 onto 8, …).
inline constexpr size_t kFloatLanes = 32;

/// Of the first line of a code by its high halves.
struct LineSums {
  int32_t product = 0;  ///< The sum of query[i] * halves[i].
  int32_t squares = 0;  ///< The sum of (2 * halves[i] - 15)^2.
  bool operator==(const LineSums&) const = default;
};

enum class Target { kScalar, kAvx2, kAvx512Vnni, kAmxInt8 };

/// "scalar", "avx2", "avx512_vnni", "amx_int8".
std::string_view TargetName(Target target);

struct Kernels {
  Target target;
  /// The elements, 16 * high + low - 128 each, of a code of which `bytes` of high and of low halves are
  /// given, into `code`, and their sum. 8, half a step, stands for low halves where `low` is null.
  int32_t (*join_halves)(const uint8_t* high, const uint8_t* low, size_t bytes, int8_t* code);
  /// The sum of query[i] * halves[i] over the elements, 0 to 15 each, in `bytes` of halves: lines of
  /// kElementsPerLine. No element of the query is -128.
  int32_t (*dot_halves)(const int8_t* query, const uint8_t* halves, size_t bytes);
  /// dot_halves with the halves at `rows` (row r begins at halves + r * bytes), into `sums`; fetches ahead.
  void (*dot_halves_at)(const int8_t* query, const uint8_t* halves, size_t bytes,
                        std::span<const uint32_t> rows, int32_t* sums);
  /// Of each of `rows` the sums of its first line alone; fetches ahead.
  void (*first_lines_at)(const int8_t* query, const uint8_t* halves, size_t bytes,
                         std::span<const uint32_t> rows, LineSums* sums);
  /// Lays out what panel_distances of this set measures from: `elements`, a multiple of kCodeAlignment, of
  /// each of `codes`; into `panel`, kPanelCodes times as many, aligned to kCodeAlignment.
  void (*pack_origins)(const std::array<const int8_t*, kPanelCodes>& codes, size_t elements, int8_t* panel);
  /// distances[r * stride + 16 * p + c]: that of origin r to row c of panel p by the high halves, as
  /// CodeSpace::CodeDistance. A panel has `bytes`, a multiple of kPanelCodes * kCodeAlignment.
  void (*panel_distances)(const OriginPanel& origins, const RowPanelRun& rows, size_t bytes, float* distances,
                          size_t stride);
  /// a . b of `count` floats.
  float (*dot)(const float* a, const float* b, size_t count);
  /// The sum of (a[i] * factor_a - b[i] * factor_b)^2.
  float (*squared_distance)(const float* a, float factor_a, const float* b, float factor_b, size_t count);
  /// left[i]: distances[i], or kStruckOut where that is more than alpha * to[i]; of `count`, a multiple of
  /// kFloatsPerLine. `left` may be `distances`. The place of the least that is left, the first of equals.
  size_t (*strike_out)(const float* distances, const float* to, float alpha, size_t count, float* left);
  /// The Hadamard transform of `length` values, a power of two, without the factor that keeps lengths: for
  /// each stride 1, 2, 4, … values that far apart are replaced by their sum and their difference.
  void (*hadamard)(float* values, size_t length);
};

/// Those this processor can run, the slowest first; kScalar is always there.
std::vector<Target> AvailableTargets();
/// Only for a target that is available.
const Kernels& KernelsFor(Target target);
/// The fastest available.
const Kernels& BestKernels();

}  // namespace lake::ann
