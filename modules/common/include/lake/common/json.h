// JsonValue: a JSON document in memory. Reading is strict (UTF-8, no duplicate keys, bounded depth), numbers
// keep their exact integer or double value, and writing gives the shortest text that reads back to the same
// value.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "lake/common/result.h"

namespace lake {

class JsonValue {
 public:
  using Array = std::vector<JsonValue>;
  using Member = std::pair<std::string, JsonValue>;
  using Object = std::vector<Member>;  ///< In document order; keys are unique.

  // Conversions are implicit by design: a value in a JSON document is what it is in C++. bool and the
  // integers are templates so that a pointer or a character is not taken for one.
  JsonValue() : value_(nullptr) {}
  JsonValue(std::nullptr_t) : value_(nullptr) {}  // NOLINT
  template <std::same_as<bool> B>
  JsonValue(B value) : value_(value) {}  // NOLINT
  template <std::signed_integral I>
    requires(!std::same_as<I, char>)
  JsonValue(I value) : value_(int64_t{value}) {}  // NOLINT
  template <std::unsigned_integral U>
    requires(!std::same_as<U, bool> && !std::same_as<U, char>)
  JsonValue(U value) : JsonValue(FromUnsigned(value)) {}             // NOLINT: int64 when it fits
  JsonValue(double value) : value_(value) {}                         // NOLINT
  JsonValue(std::string value) : value_(std::move(value)) {}         // NOLINT
  JsonValue(std::string_view value) : value_(std::string(value)) {}  // NOLINT
  JsonValue(const char* value) : value_(std::string(value)) {}       // NOLINT
  JsonValue(Array value) : value_(std::move(value)) {}               // NOLINT
  JsonValue(Object value) : value_(std::move(value)) {}              // NOLINT

  static JsonValue MakeObject(std::initializer_list<Member> members = {}) {
    return JsonValue(Object(members));
  }
  static JsonValue MakeArray() { return JsonValue(Array{}); }

  bool is_null() const { return std::holds_alternative<std::nullptr_t>(value_); }
  bool is_bool() const { return std::holds_alternative<bool>(value_); }
  bool is_int() const { return std::holds_alternative<int64_t>(value_); }
  bool is_uint() const { return std::holds_alternative<uint64_t>(value_); }  ///< Only above INT64_MAX.
  bool is_double() const { return std::holds_alternative<double>(value_); }
  bool is_number() const { return is_int() || is_uint() || is_double(); }
  bool is_string() const { return std::holds_alternative<std::string>(value_); }
  bool is_array() const { return std::holds_alternative<Array>(value_); }
  bool is_object() const { return std::holds_alternative<Object>(value_); }

  // Each requires the matching is_…().
  bool as_bool() const { return std::get<bool>(value_); }
  int64_t as_int() const { return std::get<int64_t>(value_); }
  uint64_t as_uint() const { return std::get<uint64_t>(value_); }
  double as_double() const;  ///< Any number.
  const std::string& as_string() const { return std::get<std::string>(value_); }
  const Array& as_array() const { return std::get<Array>(value_); }
  Array& as_array() { return std::get<Array>(value_); }
  const Object& as_object() const { return std::get<Object>(value_); }
  Object& as_object() { return std::get<Object>(value_); }

  /// The member, or null when this is no object or has none of that name.
  const JsonValue* Find(std::string_view key) const;
  JsonValue* Find(std::string_view key);
  /// The member's text, or "" when absent or no string.
  std::string_view FindString(std::string_view key) const;
  /// Replaces or appends a member (a linear search); turns null into an object first. Returns the stored
  /// value.
  JsonValue& Set(std::string_view key, JsonValue value);
  bool Erase(std::string_view key);
  /// Appends to an array; turns null into an array first.
  JsonValue& Append(JsonValue value);

  /// Same kind and same value; the order of an object's members does not count, 1 and 1.0 differ.
  bool operator==(const JsonValue& other) const;

 private:
  static JsonValue FromUnsigned(uint64_t value);

  std::variant<std::nullptr_t, bool, int64_t, uint64_t, double, std::string, Array, Object> value_;
};

struct JsonLimits {
  size_t max_bytes =
      64u << 20;       ///< Documents are bodies, commits and checkpoint shards; 64 MiB bounds memory.
  int max_depth = 64;  ///< Deep input is an attack on the stack, not data.
};

/// Errors: invalid_argument/bad_json with the byte offset (also a number no int64, uint64 or double can
/// hold); /json_too_deep; /json_duplicate_key with the pointer of the object; /json_too_large.
Result<JsonValue> ParseJson(std::string_view text, const JsonLimits& limits);
Result<JsonValue> ParseJson(std::string_view text);

/// Compact, members in order. NaN and infinities are written as null.
std::string WriteJson(const JsonValue& value);
/// Indented by two spaces, for people.
std::string WriteJsonPretty(const JsonValue& value);
/// Appends a JSON string literal with quotes; bytes must be UTF-8 (checked: bad bytes become U+FFFD).
void AppendJsonString(std::string_view text, std::string* out);
/// Shortest text that reads back to the same double; "null" when not finite.
void AppendJsonNumber(double value, std::string* out);

}  // namespace lake
