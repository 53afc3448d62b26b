// gmock matchers for Result<T> and Status, and readable failures for them.
//
//   EXPECT_THAT(store.Delete(key), IsOk());
//   EXPECT_THAT(store.Head(key), IsError(ErrorCode::kNotFound, "object_not_found"));
//   EXPECT_THAT(Count(), HasValue(3));
//   LAKE_ASSERT_OK_AND_ASSIGN(Table table, Load(name));
#pragma once

#include <gmock/gmock.h>

#include <ostream>
#include <string>
#include <utility>

#include "lake/common/json.h"
#include "lake/common/result.h"

namespace lake {

inline void PrintTo(const Error& error, std::ostream* out) { *out << error.ToString(); }

inline void PrintTo(const JsonValue& value, std::ostream* out) { *out << WriteJson(value); }

template <class T>
void PrintTo(const Result<T>& result, std::ostream* out) {
  if (!result.ok()) {
    *out << result.error().ToString();
  } else if constexpr (std::is_void_v<T>) {
    *out << "ok";
  } else {
    *out << "ok with " << testing::PrintToString(*result);
  }
}

MATCHER(IsOk, negation ? "is an error" : "is ok") { return arg.ok(); }

MATCHER_P2(IsError, code, reason,
           fmt::format("is {} {}/{}", negation ? "not" : "the error", ErrorCodeName(code),
                       std::string_view(reason))) {
  if (arg.ok()) return false;
  return arg.error().code() == code && arg.error().reason() == reason;
}

/// The value of an ok result matches `matcher`, which may be a plain value.
MATCHER_P(HasValue, matcher,
          "has a value that " +
              testing::DescribeMatcher<typename std::decay_t<arg_type>::value_type>(matcher, negation)) {
  if (!arg.ok()) return false;
  return testing::ExplainMatchResult(matcher, *arg, result_listener);
}

}  // namespace lake

#define LAKE_ASSERT_OK(...) ASSERT_THAT((__VA_ARGS__), ::lake::IsOk())
#define LAKE_EXPECT_OK(...) EXPECT_THAT((__VA_ARGS__), ::lake::IsOk())
#define LAKE_ASSERT_OK_AND_ASSIGN_AS(result, declaration, ...) \
  auto result = (__VA_ARGS__);                                 \
  ASSERT_THAT(result, ::lake::IsOk());                         \
  declaration = std::move(result).value()
#define LAKE_ASSERT_OK_AND_ASSIGN(declaration, ...) \
  LAKE_ASSERT_OK_AND_ASSIGN_AS(LAKE_CONCAT(lake_tested_, __COUNTER__), declaration, __VA_ARGS__)
