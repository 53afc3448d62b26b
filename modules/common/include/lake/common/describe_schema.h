// JSON Schema 2020-12 (which is OpenAPI 3.1's) of described structs.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lake/common/describe_fields.h"
#include "lake/common/describe_write.h"

namespace lake {

/// The schemas of the structs that have a kName, each once, for `components.schemas` of an OpenAPI document.
class SchemaComponents {
 public:
  /// Claims `name`: true for the first caller, who then must call Define.
  bool Claim(std::string_view name);
  void Define(std::string_view name, JsonValue schema);
  /// In the order they were claimed.
  const JsonValue::Object& schemas() const { return schemas_; }

 private:
  JsonValue::Object schemas_;
};

namespace internal {

/// One member of an object schema.
struct MemberSchema {
  std::string_view name;
  std::string_view doc;
  Presence presence;
  JsonValue schema;
  JsonValue fallback;  ///< What an absent member means; null = not worth saying.
};

JsonValue PlainSchema(std::string_view type);
JsonValue SignedSchema(const Bounds& bounds, size_t bits);
JsonValue UnsignedSchema(const Bounds& bounds, size_t bits);
JsonValue NumberSchema(const Bounds& bounds);
JsonValue StringSchema(const Bounds& bounds);
JsonValue TimestampSchema();
JsonValue EnumSchema(std::span<const std::string_view> names);
JsonValue ArraySchema(JsonValue items, const Bounds& bounds);
JsonValue MapSchema(JsonValue values, const Bounds& bounds);
JsonValue ObjectSchema(std::string_view title, std::vector<MemberSchema> members, Reading reading);
JsonValue VariantSchema(const VariantCases& cases, std::vector<JsonValue> contents);
JsonValue OrNull(JsonValue schema);
JsonValue AsSecret(JsonValue schema);
JsonValue ComponentReference(std::string_view name);

template <class T>
JsonValue DescribedSchema(const Bounds& bounds, SchemaComponents* components);

template <class Owner, class FieldType>
MemberSchema SchemaOfMember(const Owner& defaults, const FieldType& field, SchemaComponents* components) {
  using Member = typename FieldType::MemberType;
  JsonValue schema = DescribedSchema<Member>(field.bounds, components);
  if (field.sensitivity == Sensitivity::kSecret) schema = AsSecret(std::move(schema));
  JsonValue fallback;
  if constexpr (std::is_arithmetic_v<Member> || DescribedEnum<Member> || std::same_as<Member, std::string>) {
    const bool shown = field.presence == Presence::kOptional && field.sensitivity == Sensitivity::kPlain;
    if (shown && IsSet(defaults.*field.member)) fallback = ToJson(defaults.*field.member);
  }
  return {field.name, field.doc, field.presence, std::move(schema), std::move(fallback)};
}

template <Described T>
JsonValue InlineStructSchema(SchemaComponents* components) {
  std::string_view title;
  if constexpr (requires { Describe<T>::kName; }) title = Describe<T>::kName;
  std::vector<MemberSchema> members;
  const T defaults{};
  std::apply(
      [&](const auto&... field) { (members.push_back(SchemaOfMember(defaults, field, components)), ...); },
      Describe<T>::kFields);
  return ObjectSchema(title, std::move(members), KeepsUnknown<T> ? Reading::kTolerant : Reading::kStrict);
}

template <Described T>
JsonValue StructSchema(SchemaComponents* components) {
  if constexpr (requires { Describe<T>::kName; }) {
    if (components != nullptr) {
      if (components->Claim(Describe<T>::kName))
        components->Define(Describe<T>::kName, InlineStructSchema<T>(components));
      return ComponentReference(Describe<T>::kName);
    }
  }
  return InlineStructSchema<T>(components);
}

template <AVariant T>
JsonValue SchemaOfVariant(SchemaComponents* components) {
  std::vector<JsonValue> contents;
  [&]<class... Cases>(std::type_identity<std::variant<Cases...>>) {
    (contents.push_back(DescribedSchema<Cases>(Bounds{}, components)), ...);
  }(std::type_identity<T>{});
  return VariantSchema(kCases<T>, std::move(contents));
}

template <class T>
JsonValue DescribedSchema(const Bounds& bounds, SchemaComponents* components) {
  if constexpr (std::same_as<T, JsonValue>) {
    return JsonValue::MakeObject();
  } else if constexpr (AnOptional<T>) {
    return OrNull(DescribedSchema<typename T::value_type>(bounds, components));
  } else if constexpr (std::same_as<T, bool>) {
    return PlainSchema("boolean");
  } else if constexpr (AnInteger<T> && std::is_signed_v<T>) {
    return SignedSchema(bounds, 8 * sizeof(T));
  } else if constexpr (AnInteger<T>) {
    return UnsignedSchema(bounds, 8 * sizeof(T));
  } else if constexpr (std::same_as<T, double>) {
    return NumberSchema(bounds);
  } else if constexpr (std::same_as<T, std::string> || AnId<T>) {
    return StringSchema(bounds);
  } else if constexpr (std::same_as<T, Timestamp>) {
    return TimestampSchema();
  } else if constexpr (DescribedEnum<T>) {
    return EnumSchema(kEnumNames<T>);
  } else if constexpr (AVector<T>) {
    return ArraySchema(DescribedSchema<typename T::value_type>(Bounds{}, components), bounds);
  } else if constexpr (AMap<T>) {
    return MapSchema(DescribedSchema<typename T::mapped_type>(Bounds{}, components), bounds);
  } else if constexpr (AVariant<T>) {
    return SchemaOfVariant<T>(components);
  } else if constexpr (Described<T>) {
    return StructSchema<T>(components);
  } else {
    static_assert(kCannotBeDescribed<T>, "a field of this type cannot be described; see describe.h");
  }
}

}  // namespace internal

/// Everything inline. Not for a struct that contains itself: that takes the form below and a kName.
template <class T>
JsonValue SchemaOf() {
  return internal::DescribedSchema<T>(Bounds{}, nullptr);
}

/// Structs with a kName become {"$ref": "#/components/schemas/<kName>"} and are defined in `components`.
template <class T>
JsonValue SchemaOf(SchemaComponents& components) {
  return internal::DescribedSchema<T>(Bounds{}, &components);
}

}  // namespace lake
