// Described structs to JsonValue, members in the order of their description. A std::optional that is none is
// not written; members kept as unknown follow the known ones.
#pragma once

#include <string_view>
#include <utility>

#include "lake/common/describe_fields.h"

namespace lake {
namespace internal {

enum class Secrets { kShown, kRedacted };
inline constexpr std::string_view kRedactedSecret = "***";

template <class T>
bool IsSet(const T& value) {
  if constexpr (AnOptional<T>) {
    return value.has_value() && IsSet(*value);
  } else if constexpr (requires { value.empty(); }) {
    return !value.empty();
  } else {
    return true;
  }
}

template <class T>
JsonValue WriteDescribed(const T& value, Secrets secrets);

template <class Owner, class FieldType>
void WriteMember(const Owner& owner, const FieldType& field, Secrets secrets, JsonValue::Object* out) {
  const auto& member = owner.*field.member;
  if constexpr (AnOptional<typename FieldType::MemberType>)
    if (!member.has_value() && field.when_none == WhenNone::kOmitted) return;
  const bool hide =
      secrets == Secrets::kRedacted && field.sensitivity == Sensitivity::kSecret && IsSet(member);
  out->emplace_back(std::string(field.name),
                    hide ? JsonValue(kRedactedSecret) : WriteDescribed(member, secrets));
}

template <Described T>
JsonValue WriteStruct(const T& value, Secrets secrets) {
  JsonValue::Object members;
  members.reserve(kFieldNames<T>.size());
  std::apply([&](const auto&... field) { (WriteMember(value, field, secrets, &members), ...); },
             Describe<T>::kFields);
  if constexpr (KeepsUnknown<T>) {
    const JsonValue::Object& unknown = value.*Describe<T>::kUnknown;
    members.insert(members.end(), unknown.begin(), unknown.end());
  }
  return members;
}

template <class T>
JsonValue WriteDescribed(const T& value, Secrets secrets) {
  if constexpr (AnOptional<T>) {
    return value.has_value() ? WriteDescribed(*value, secrets) : JsonValue();
  } else if constexpr (AnId<T>) {
    return value.value();
  } else if constexpr (std::same_as<T, Timestamp>) {
    return FormatTimestamp(value);
  } else if constexpr (DescribedEnum<T>) {
    return NameOf(value);
  } else if constexpr (AVector<T>) {
    JsonValue::Array items;
    items.reserve(value.size());
    for (const auto& item : value) items.push_back(WriteDescribed<typename T::value_type>(item, secrets));
    return items;
  } else if constexpr (AMap<T>) {
    JsonValue::Object members;
    members.reserve(value.size());
    for (const auto& [name, member] : value) members.emplace_back(name, WriteDescribed(member, secrets));
    return members;
  } else if constexpr (AVariant<T>) {
    return std::visit(
        [&]<class Case>(const Case& content) {
          if constexpr (kIsBare<Case>)
            return JsonValue(Describe<Case>::kTag);
          else
            return JsonValue::MakeObject(
                {{std::string(Describe<Case>::kTag), WriteDescribed(content, secrets)}});
        },
        value);
  } else if constexpr (Described<T>) {
    return WriteStruct(value, secrets);
  } else {
    return JsonValue(value);
  }
}

}  // namespace internal

/// Secret fields are written as they are: this is for storage and for those who may know.
template <class T>
JsonValue ToJson(const T& value) {
  return internal::WriteDescribed(value, internal::Secrets::kShown);
}

/// "***" stands for every secret field that is set (a text or list that is not empty), so that it can be
/// shown.
template <class T>
JsonValue ToRedactedJson(const T& value) {
  return internal::WriteDescribed(value, internal::Secrets::kRedacted);
}

}  // namespace lake
