// Described structs from large documents of our own, without a JsonValue between. Says yes or no only: what
// it does not take is read again as JsonValue, by FromJson, which takes a little more (10.0 as 10) and says
// what is wrong and where.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "lake/common/describe_fields.h"
#include "lake/common/json_tape.h"

namespace lake {
namespace internal {

inline bool WithinBounds(double number, const Bounds& bounds) {
  return number >= bounds.low && number <= bounds.high;
}

template <class T>
bool ScanDescribed(JsonCursor value, const Bounds& bounds, T* out);

template <AnInteger T>
bool ScanInteger(JsonCursor value, const Bounds& bounds, T* out) {
  if (value.kind() == JsonCursor::Kind::kInt) {
    if (!std::in_range<T>(value.as_int())) return false;
    *out = static_cast<T>(value.as_int());
  } else if (value.kind() == JsonCursor::Kind::kUint) {
    if (!std::in_range<T>(value.as_uint())) return false;
    *out = static_cast<T>(value.as_uint());
  } else {
    return false;
  }
  return WithinBounds(static_cast<double>(*out), bounds);
}

inline bool ScanString(JsonCursor value, const Bounds& bounds, std::string* out) {
  if (value.kind() != JsonCursor::Kind::kString) return false;
  *out = value.as_string();
  return WithinBounds(static_cast<double>(out->size()), bounds);
}

template <DescribedEnum T>
bool ScanEnum(JsonCursor value, T* out) {
  if (value.kind() != JsonCursor::Kind::kString) return false;
  for (const auto& [candidate, name] : DescribeEnum<T>::kNames) {
    if (name != value.as_string()) continue;
    *out = candidate;
    return true;
  }
  return false;
}

template <AVector T>
bool ScanVector(JsonCursor value, const Bounds& bounds, T* out) {
  if (value.kind() != JsonCursor::Kind::kArray) return false;
  out->clear();
  out->reserve(value.size_hint());
  const JsonCursor end = value.End();
  for (JsonCursor item = value.First(); item != end; item = item.Next())
    if (!ScanDescribed(item, Bounds{}, &out->emplace_back())) return false;
  return WithinBounds(static_cast<double>(out->size()), bounds);
}

template <AMap T>
bool ScanMap(JsonCursor value, const Bounds& bounds, T* out) {
  if (value.kind() != JsonCursor::Kind::kObject) return false;
  out->clear();
  const JsonCursor end = value.End();
  for (JsonCursor name = value.First(); name != end;) {
    const JsonCursor member = name.Next();
    const auto [at, fresh] = out->try_emplace(std::string(name.as_string()));
    if (!fresh || !ScanDescribed(member, Bounds{}, &at->second)) return false;
    name = member.Next();
  }
  return WithinBounds(static_cast<double>(out->size()), bounds);
}

/// The position of `name` among the fields, mostly `expected`: our own documents keep the described order.
template <Described T>
size_t FieldIndex(std::string_view name, size_t expected) {
  constexpr const auto& kNames = kFieldNames<T>;
  if (expected < kNames.size() && kNames[expected] == name) return expected;
  size_t index = 0;
  while (index < kNames.size() && kNames[index] != name) ++index;
  return index;
}

template <Described T, size_t... I>
bool ScanFields(JsonCursor value, T* out, std::index_sequence<I...>) {
  static_assert(sizeof...(I) <= 64 && !KeepsUnknown<T>);
  constexpr const auto& kFields = Describe<T>::kFields;
  constexpr uint64_t kRequired =
      ((std::get<I>(kFields).presence == Presence::kRequired ? uint64_t{1} << I : 0) | ... | 0);
  uint64_t seen = 0;
  size_t expected = 0;
  const JsonCursor end = value.End();
  for (JsonCursor name = value.First(); name != end;) {
    const JsonCursor member = name.Next();
    const size_t index = FieldIndex<T>(name.as_string(), expected);
    name = member.Next();
    if (index == sizeof...(I)) continue;  // News of a later minor version.
    const uint64_t bit = uint64_t{1} << index;
    bool good = (seen & bit) == 0;
    const auto scan = [&](const auto& field) {
      good = good && ScanDescribed(member, field.bounds, &(out->*field.member));
    };
    ((index == I ? scan(std::get<I>(kFields)) : void()), ...);
    if (!good) return false;
    seen |= bit;
    expected = index + 1;
  }
  return (seen & kRequired) == kRequired;
}

template <class T>
bool ScanDescribed(JsonCursor value, const Bounds& bounds, T* out) {
  using Kind = JsonCursor::Kind;
  if constexpr (std::same_as<T, JsonValue>) {
    *out = value.ToValue();
    return true;
  } else if constexpr (AnOptional<T>) {
    out->reset();
    return value.kind() == Kind::kNull || ScanDescribed(value, bounds, &out->emplace());
  } else if constexpr (std::same_as<T, bool>) {
    *out = value.kind() == Kind::kTrue;
    return *out || value.kind() == Kind::kFalse;
  } else if constexpr (AnInteger<T>) {
    return ScanInteger(value, bounds, out);
  } else if constexpr (std::same_as<T, std::string>) {
    return ScanString(value, bounds, out);
  } else if constexpr (AnId<T>) {
    std::string text;
    const bool good = ScanString(value, bounds, &text);
    *out = T(std::move(text));
    return good;
  } else if constexpr (std::same_as<T, Timestamp>) {
    if (value.kind() != Kind::kString) return false;
    const Result<Timestamp> time = ParseTimestamp(value.as_string());
    if (time.ok()) *out = *time;
    return time.ok();
  } else if constexpr (DescribedEnum<T>) {
    return ScanEnum(value, out);
  } else if constexpr (AVector<T>) {
    return ScanVector(value, bounds, out);
  } else if constexpr (AMap<T>) {
    return ScanMap(value, bounds, out);
  } else if constexpr (Described<T>) {
    constexpr size_t kFields = kFieldNames<T>.size();
    return value.kind() == Kind::kObject && ScanFields(value, out, std::make_index_sequence<kFields>());
  } else {
    static_assert(kCannotBeDescribed<T>, "a field of this type cannot be scanned; see describe_scan.h");
  }
}

}  // namespace internal

/// Reads tolerantly. None when `text` is not such a document, or not quite; ReadJson knows more. Structs
/// that keep unknown members, variants and doubles cannot be scanned.
template <Described T>
std::optional<T> ScanJson(std::string_view text, const JsonLimits& limits) {
  const std::optional<JsonTape> tape = JsonTape::Parse(text, limits);
  if (!tape) return std::nullopt;
  std::optional<T> value(std::in_place);
  if (!internal::ScanDescribed(tape->root(), Bounds{}, &*value)) value.reset();
  return value;
}

}  // namespace lake
