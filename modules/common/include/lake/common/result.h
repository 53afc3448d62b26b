// Result<T>: a value or an Error. Status is Result<void>.
//
//   Result<Table> Load(const Name& name);
//   LAKE_ASSIGN_OR_RETURN(Table table, Load(name));   // returns the error to our caller
//   LAKE_RETURN_IF_ERROR(Check(table));
#pragma once

#include <cstdlib>
#include <expected>
#include <type_traits>
#include <utility>

#include "lake/common/check.h"
#include "lake/common/error.h"

namespace lake {

template <class T>
class [[nodiscard]] Result {
 public:
  using value_type = T;

  Result(Error error) : state_(std::unexpect, std::move(error)) {}  // NOLINT: implicit by design
  template <class U = T>
    requires(std::is_constructible_v<T, U &&> && !std::is_same_v<std::remove_cvref_t<U>, Result> &&
             !std::is_same_v<std::remove_cvref_t<U>, Error>)
  Result(U&& value) : state_(std::in_place, std::forward<U>(value)) {}  // NOLINT: implicit by design

  bool ok() const { return state_.has_value(); }

  T& value() & {
    LAKE_CHECK(ok());
    return *state_;
  }
  const T& value() const& {
    LAKE_CHECK(ok());
    return *state_;
  }
  T&& value() && {
    LAKE_CHECK(ok());
    return *std::move(state_);
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  const Error& error() const& {
    LAKE_CHECK(!ok());
    return state_.error();
  }
  Error&& error() && {
    LAKE_CHECK(!ok());
    return std::move(state_).error();
  }

 private:
  std::expected<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  using value_type = void;

  Result() = default;
  Result(Error error) : state_(std::unexpect, std::move(error)) {}  // NOLINT: implicit by design

  bool ok() const { return state_.has_value(); }
  const Error& error() const& {
    LAKE_CHECK(!ok());
    return state_.error();
  }
  Error&& error() && {
    LAKE_CHECK(!ok());
    return std::move(state_).error();
  }

 private:
  std::expected<void, Error> state_;
};

using Status = Result<void>;

}  // namespace lake

// Each expansion names its local by __COUNTER__, so that one inside a lambda argument of another shadows
// nothing.
#define LAKE_CONCAT_INNER(a, b) a##b
#define LAKE_CONCAT(a, b) LAKE_CONCAT_INNER(a, b)

#define LAKE_RETURN_IF_ERROR_AS(status, ...)                                         \
  do {                                                                               \
    if (auto status = (__VA_ARGS__); !status.ok()) return std::move(status).error(); \
  } while (false)
#define LAKE_RETURN_IF_ERROR(...) LAKE_RETURN_IF_ERROR_AS(LAKE_CONCAT(lake_status_, __COUNTER__), __VA_ARGS__)

#define LAKE_ASSIGN_OR_RETURN_AS(result, declaration, ...) \
  auto result = (__VA_ARGS__);                             \
  if (!result.ok()) return std::move(result).error();      \
  declaration = std::move(result).value()
#define LAKE_ASSIGN_OR_RETURN(declaration, ...) \
  LAKE_ASSIGN_OR_RETURN_AS(LAKE_CONCAT(lake_result_, __COUNTER__), declaration, __VA_ARGS__)
