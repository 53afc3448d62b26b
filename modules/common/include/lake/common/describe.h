// One description per struct. Describe<T> lists a struct's fields once; reading (describe_read.h), writing
// (describe_write.h), JSON Schema (describe_schema.h), configuration and OpenAPI all come from it.
//
//   struct Query { std::string sql; std::optional<int64_t> limit; };
//   template <> struct lake::Describe<Query> {
//     static constexpr auto kFields = std::tuple{
//         Required("sql", &Query::sql, "One SELECT statement."),
//         Optional("limit", &Query::limit, "Most rows to return.").Between(1, 10'000)};
//   };
//   enum class Color { kRed, kBlue };
//   template <> struct lake::DescribeEnum<Color> {
//     static constexpr std::array kNames = {EnumName(Color::kRed, "red"), EnumName(Color::kBlue, "blue")};
//   };
//
// Field types: bool, integers, double, std::string, Id<…>, Timestamp (RFC 3339 text), JsonValue (anything),
// std::optional<T> (null or absent = none; none is not written unless the field says NullWhenNone),
// std::vector<T>, std::map<std::string, T>, described structs and enums, and std::variant of described
// structs that each have `static constexpr std::string_view kTag = "…"` in their Describe: written as an
// object with exactly one member, {"<tag>": {…}}; a case without fields as its tag alone, "<tag>".
//
// An Optional field that is absent keeps the value the struct's initialiser gave it. A struct that must keep
// members it does not know when it is rewritten declares `static constexpr auto kUnknown = &T::unknown;` with
// a member `JsonValue::Object unknown;`. A struct's title for schemas: `static constexpr std::string_view
// kName = "Query";`.
#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <limits>
#include <string_view>
#include <tuple>
#include <utility>

namespace lake {

enum class Presence { kRequired, kOptional };
enum class Sensitivity { kPlain, kSecret };
/// How a std::optional that is none is written.
enum class WhenNone { kOmitted, kNull };

/// Inclusive bounds: the value of a number, the length of a string (bytes) or the size of an array.
struct Bounds {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
};

template <class Owner, class Member>
struct Field {
  using OwnerType = Owner;
  using MemberType = Member;

  std::string_view name;
  Member Owner::* member;
  std::string_view doc;
  Presence presence;
  Bounds bounds = {};
  Sensitivity sensitivity = Sensitivity::kPlain;
  WhenNone when_none = WhenNone::kOmitted;

  constexpr Field Between(double low, double high) const {
    Field copy = *this;
    copy.bounds = {low, high};
    return copy;
  }
  /// Never written to logs, answers or `config show`.
  constexpr Field Secret() const {
    Field copy = *this;
    copy.sensitivity = Sensitivity::kSecret;
    return copy;
  }
  /// For a std::optional: the member is always written, as null when it is none.
  constexpr Field NullWhenNone() const {
    Field copy = *this;
    copy.when_none = WhenNone::kNull;
    return copy;
  }
};

template <class Owner, class Member>
constexpr Field<Owner, Member> Required(std::string_view name, Member Owner::* member, std::string_view doc) {
  return {name, member, doc, Presence::kRequired};
}
template <class Owner, class Member>
constexpr Field<Owner, Member> Optional(std::string_view name, Member Owner::* member, std::string_view doc) {
  return {name, member, doc, Presence::kOptional};
}

template <class Enum>
constexpr std::pair<Enum, std::string_view> EnumName(Enum value, std::string_view name) {
  return {value, name};
}

template <class T>
struct Describe;
template <class T>
struct DescribeEnum;

template <class T>
concept Described = requires { Describe<T>::kFields; };
template <class T>
concept DescribedEnum = requires { DescribeEnum<T>::kNames; };
template <class T>
concept KeepsUnknown = requires { Describe<T>::kUnknown; };

/// A request or setting is refused when it has a member we do not know; a persisted record is not.
enum class Reading { kStrict, kTolerant };

template <DescribedEnum Enum>
constexpr std::string_view NameOf(Enum value) {
  for (const auto& [candidate, name] : DescribeEnum<Enum>::kNames)
    if (candidate == value) return name;
  return {};
}

}  // namespace lake
