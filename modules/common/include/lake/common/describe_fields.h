// What reading, writing and schemas of described structs share: the kinds of field types, and a struct's
// names.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <variant>
#include <vector>

#include "lake/common/clock.h"
#include "lake/common/describe.h"
#include "lake/common/id.h"
#include "lake/common/json.h"

namespace lake::internal {

template <class T, template <class...> class Template>
inline constexpr bool kIsA = false;
template <template <class...> class Template, class... Args>
inline constexpr bool kIsA<Template<Args...>, Template> = true;

template <class T>
concept AnId = kIsA<T, Id>;
template <class T>
concept AnOptional = kIsA<T, std::optional>;
template <class T>
concept AVector = kIsA<T, std::vector> && !std::same_as<T, JsonValue::Object>;
template <class T>
concept AMap = kIsA<T, std::map> && std::same_as<typename T::key_type, std::string>;
template <class T>
concept AVariant = kIsA<T, std::variant>;
template <class T>
concept AnInteger = std::integral<T> && !std::same_as<T, bool> && !std::same_as<T, char>;

/// For static_assert in the last branch of an `if constexpr` chain over field types.
template <class T>
inline constexpr bool kCannotBeDescribed = false;

template <Described T>
inline constexpr auto kFieldNames = std::apply(
    [](const auto&... field) { return std::array<std::string_view, sizeof...(field)>{field.name...}; },
    Describe<T>::kFields);

template <DescribedEnum T>
inline constexpr auto kEnumNames = [] {
  std::array<std::string_view, DescribeEnum<T>::kNames.size()> names;
  for (size_t i = 0; i < names.size(); ++i) names[i] = DescribeEnum<T>::kNames[i].second;
  return names;
}();

template <AVariant T>
inline constexpr auto kVariantTags = []<class... Cases>(std::type_identity<std::variant<Cases...>>) {
  return std::array<std::string_view, sizeof...(Cases)>{Describe<Cases>::kTag...};
}(std::type_identity<T>{});

/// A case that has nothing to say but its tag.
template <Described T>
inline constexpr bool kIsBare = std::tuple_size_v<std::remove_cvref_t<decltype(Describe<T>::kFields)>> == 0;

template <AVariant T>
inline constexpr auto kBareCases = []<class... Cases>(std::type_identity<std::variant<Cases...>>) {
  return std::array<bool, sizeof...(Cases)>{kIsBare<Cases>...};
}(std::type_identity<T>{});

/// The cases of a variant as reading and schemas see them.
struct VariantCases {
  std::span<const std::string_view> tags;
  std::span<const bool> bare;  ///< Of the same size.
};
template <AVariant T>
inline constexpr VariantCases kCases = {kVariantTags<T>, kBareCases<T>};

}  // namespace lake::internal
