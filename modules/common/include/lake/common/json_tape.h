// JsonTape: a JSON document as its parser left it, one word after the other, to be walked once from front to
// back. For documents of our own with many thousand rows, where making a JsonValue of each would take longer
// than everything else. Whatever comes from outside is read as JsonValue: the tape keeps names that appear
// twice in one object.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "lake/common/json.h"

namespace lake {

/// One value on a tape, which must outlive it. A plain position: copy it, and step with Next.
///
/// The words are simdjson's (its doc/tape.md): the kind in the upper byte, below it where a string lies, or
/// how an object or an array ends; a number follows in a word of its own.
class JsonCursor {
 public:
  enum class Kind : char {
    kObject = '{',
    kArray = '[',
    kString = '"',
    kInt = 'l',
    kUint = 'u',  ///< Only above INT64_MAX.
    kDouble = 'd',
    kTrue = 't',
    kFalse = 'f',
    kNull = 'n',
  };

  JsonCursor(const uint64_t* words, const unsigned char* strings, size_t at)
      : words_(words), strings_(strings), at_(at) {}

  Kind kind() const { return static_cast<Kind>(words_[at_] >> kKindShift); }

  // Each requires the matching kind.
  int64_t as_int() const { return static_cast<int64_t>(words_[at_ + 1]); }
  uint64_t as_uint() const { return words_[at_ + 1]; }
  double as_double() const { return std::bit_cast<double>(words_[at_ + 1]); }
  std::string_view as_string() const {
    const unsigned char* text = strings_ + (words_[at_] & kPayload);
    uint32_t bytes = 0;
    std::memcpy(&bytes, text, sizeof bytes);
    return {reinterpret_cast<const char*>(text) + sizeof bytes, bytes};
  }
  /// Members or items, as a hint for reserving: beyond 16,777,215 it stays there.
  size_t size_hint() const { return (words_[at_] & kPayload) >> kEndBits; }
  /// The first member's name or the first item of an object or array, or its End() when it is empty. In an
  /// object, names and values take turns.
  JsonCursor First() const { return {words_, strings_, at_ + 1}; }
  JsonCursor End() const { return {words_, strings_, after() - 1}; }

  /// What follows in the object or array that holds this value.
  JsonCursor Next() const { return {words_, strings_, after()}; }
  bool operator==(const JsonCursor& other) const { return at_ == other.at_; }

  /// A copy that stands for itself.
  JsonValue ToValue() const;

 private:
  static constexpr int kKindShift = 56;
  static constexpr int kEndBits = 32;
  static constexpr uint64_t kPayload = (uint64_t{1} << kKindShift) - 1;

  size_t after() const {
    switch (kind()) {
      case Kind::kObject:
      case Kind::kArray:
        return static_cast<uint32_t>(words_[at_]);
      case Kind::kInt:
      case Kind::kUint:
      case Kind::kDouble:
        return at_ + 2;
      default:
        return at_ + 1;
    }
  }

  const uint64_t* words_;
  const unsigned char* strings_;
  size_t at_;
};

class JsonTape {
 public:
  /// None when the text is no JSON document within the limits; ParseJson says why.
  static std::optional<JsonTape> Parse(std::string_view text, const JsonLimits& limits);

  JsonCursor root() const { return root_; }

 private:
  JsonTape(std::shared_ptr<const void> owner, JsonCursor root) : owner_(std::move(owner)), root_(root) {}

  std::shared_ptr<const void> owner_;  ///< Of the words and the strings.
  JsonCursor root_;
};

}  // namespace lake
