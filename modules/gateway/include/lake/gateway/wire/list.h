// Every list: ?limit= and ?page_token= in, {items, next_page_token} out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "lake/common/describe.h"
#include "lake/common/result.h"

namespace lake::gateway::wire {

/// A page stays readable for people and small in memory.
inline constexpr uint32_t kDefaultPage = 100;
inline constexpr uint32_t kLargestPage = 1000;

template <class T>
struct Page {
  std::vector<T> items;
  std::optional<std::string> next_page_token;  ///< None on the last page.
};

/// For lists without further parameters.
struct ListRequest {
  uint32_t limit = kDefaultPage;
  std::optional<std::string> page_token;
};

/// A token says where the next page of one kind of list begins; clients treat it as opaque.
std::string MakePageToken(std::string_view list, std::string_view position);
/// The position; "" when there is no token. Error: invalid_argument/bad_page_token with pointer /page_token.
Result<std::string> ReadPageToken(std::string_view list, const std::optional<std::string>& token);

}  // namespace lake::gateway::wire

template <class T>
struct lake::Describe<lake::gateway::wire::Page<T>> {
  using P = lake::gateway::wire::Page<T>;
  static constexpr auto kFields = std::tuple{
      Required("items", &P::items, "This page."),
      Optional("next_page_token", &P::next_page_token, "Give it as page_token to get the next page.")
          .NullWhenNone()};
};

namespace lake::gateway::wire {

/// The two fields of a list's request struct, for its description.
template <class T>
constexpr auto LimitField() {
  return Optional("limit", &T::limit, "Most items on the page.").Between(1, kLargestPage);
}
template <class T>
constexpr auto PageTokenField() {
  return Optional("page_token", &T::page_token, "Where to go on: next_page_token of the page before.")
      .Between(1, 4096);
}

}  // namespace lake::gateway::wire

template <>
struct lake::Describe<lake::gateway::wire::ListRequest> {
  using T = lake::gateway::wire::ListRequest;
  static constexpr auto kFields =
      std::tuple{lake::gateway::wire::LimitField<T>(), lake::gateway::wire::PageTokenField<T>()};
};
