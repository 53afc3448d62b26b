// Described structs to JSON text, without a JsonValue between: for documents with many thousand rows. The
// text is that of WriteJson(ToJson(value)), byte for byte.
#pragma once

#include <charconv>
#include <string>

#include "lake/common/describe_fields.h"
#include "lake/common/describe_write.h"

namespace lake {
namespace internal {

template <class T>
void AppendDescribed(const T& value, std::string* out);

template <class Items, class AppendItem>
void AppendItems(char open, char close, const Items& items, AppendItem append_item, std::string* out) {
  out->push_back(open);
  bool first = true;
  for (const auto& item : items) {
    if (!first) out->push_back(',');
    first = false;
    append_item(item);
  }
  out->push_back(close);
}

template <class Owner, class FieldType>
void AppendMember(const Owner& owner, const FieldType& field, std::string* out) {
  const auto& member = owner.*field.member;
  if constexpr (AnOptional<typename FieldType::MemberType>)
    if (!member.has_value() && field.when_none == WhenNone::kOmitted) return;
  if (out->back() != '{') out->push_back(',');
  AppendJsonString(field.name, out);
  out->push_back(':');
  AppendDescribed(member, out);
}

template <Described T>
void AppendStruct(const T& value, std::string* out) {
  static_assert(!KeepsUnknown<T>);
  out->push_back('{');
  std::apply([&](const auto&... field) { (AppendMember(value, field, out), ...); }, Describe<T>::kFields);
  out->push_back('}');
}

template <AnInteger T>
void AppendInteger(T value, std::string* out) {
  std::array<char, 24> digits;  // The longest takes 20.
  out->append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr);
}

template <class T>
void AppendDescribed(const T& value, std::string* out) {
  if constexpr (std::same_as<T, JsonValue>) {
    *out += WriteJson(value);
  } else if constexpr (AnOptional<T>) {
    value.has_value() ? AppendDescribed(*value, out) : void(*out += "null");
  } else if constexpr (std::same_as<T, bool>) {
    *out += value ? "true" : "false";
  } else if constexpr (AnInteger<T>) {
    AppendInteger(value, out);
  } else if constexpr (std::same_as<T, std::string>) {
    AppendJsonString(value, out);
  } else if constexpr (AnId<T>) {
    AppendJsonString(value.value(), out);
  } else if constexpr (std::same_as<T, Timestamp>) {
    AppendJsonString(FormatTimestamp(value), out);
  } else if constexpr (DescribedEnum<T>) {
    AppendJsonString(NameOf(value), out);
  } else if constexpr (AVector<T>) {
    AppendItems('[', ']', value, [&](const auto& item) { AppendDescribed(item, out); }, out);
  } else if constexpr (AMap<T>) {
    const auto append = [&](const auto& member) {
      AppendJsonString(member.first, out);
      out->push_back(':');
      AppendDescribed(member.second, out);
    };
    AppendItems('{', '}', value, append, out);
  } else if constexpr (Described<T>) {
    AppendStruct(value, out);
  } else {
    static_assert(kCannotBeDescribed<T>, "a field of this type cannot be written; see describe_text.h");
  }
}

}  // namespace internal

/// Structs that keep unknown members, variants and doubles cannot be written this way.
template <Described T>
void AppendJsonText(const T& value, std::string* out) {
  internal::AppendDescribed(value, out);
}

}  // namespace lake
