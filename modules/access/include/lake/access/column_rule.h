// What a role is shown of one column. The rule is applied below everything a statement says, so the value it
// leaves is the value for WHERE, ORDER BY, GROUP BY and JOIN too.
#pragma once

#include <cstdint>
#include <string_view>
#include <tuple>
#include <variant>

#include "lake/common/describe.h"

namespace lake::access {

/// There is no such column.
struct Absent {
  bool operator==(const Absent&) const = default;
};
/// The column is there, every value is NULL.
struct Null {
  bool operator==(const Null&) const = default;
};
/// Text: HMAC-SHA256 of the value's text under a key of this server, so that equal values stay equal.
struct Hash {
  bool operator==(const Hash&) const = default;
};
/// Text: every character between the first and the last ones is '*'; all of them when the value is no longer
/// than what is kept.
struct Mask {
  uint32_t keep_prefix = 0;  ///< Characters.
  uint32_t keep_suffix = 0;
  bool operator==(const Mask&) const = default;
};
struct Clear {
  bool operator==(const Clear&) const = default;
};

/// Absent unless said otherwise: default deny.
using ColumnRule = std::variant<Absent, Null, Hash, Mask, Clear>;

/// "absent", "null", "hash", "mask", "clear".
std::string_view NameOfRule(const ColumnRule& rule);

}  // namespace lake::access

template <>
struct lake::Describe<lake::access::Absent> {
  static constexpr std::string_view kTag = "absent";
  static constexpr auto kFields = std::tuple{};
};
template <>
struct lake::Describe<lake::access::Null> {
  static constexpr std::string_view kTag = "null";
  static constexpr auto kFields = std::tuple{};
};
template <>
struct lake::Describe<lake::access::Hash> {
  static constexpr std::string_view kTag = "hash";
  static constexpr auto kFields = std::tuple{};
};
template <>
struct lake::Describe<lake::access::Mask> {
  using T = lake::access::Mask;
  static constexpr std::string_view kTag = "mask";
  static constexpr auto kFields = std::tuple{
      Optional("keep_prefix", &T::keep_prefix, "Characters kept at the beginning.").Between(0, 1000),
      Optional("keep_suffix", &T::keep_suffix, "Characters kept at the end.").Between(0, 1000)};
};
template <>
struct lake::Describe<lake::access::Clear> {
  static constexpr std::string_view kTag = "clear";
  static constexpr auto kFields = std::tuple{};
};
