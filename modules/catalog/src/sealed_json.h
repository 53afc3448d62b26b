// Sealed JSON: a JSON object whose last member is a checksum of all bytes before it. Any JSON tool can read
// it, and a flipped bit or a missing tail is found. The seal and the member `format` stay the same in all
// versions of our formats, so that an older program can tell damage from news.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "lake/common/describe.h"
#include "lake/common/json.h"
#include "lake/common/result.h"

namespace lake::catalog {

/// First member of every object the catalog writes.
struct Format {
  std::string name;
  uint32_t major = 0;  ///< Grows when an older reader would misunderstand.
  uint32_t minor = 0;  ///< Grows when it may safely ignore what is new.
};

/// `object` is the text of a non-empty JSON object; gives it with `,"crc32c":"<8 hex digits>"` before the
/// last brace.
std::string Seal(std::string object);

// A shard of a million tombstones is large, but it is ours; entity documents may be as deep as a request,
// inside a few levels of our own.
inline constexpr JsonLimits kSealedLimits{.max_bytes = size_t{1} << 30, .max_depth = 96};

/// Whether the seal is there and the bytes before it are those it was made for.
bool IsSealed(std::string_view text);
/// Whether a program that writes `expected` understands `format`.
bool IsReadable(const Format& format, const Format& expected);

/// The document without further checks than its seal and its format. Errors: data_loss/damaged,
/// failed_precondition/newer_format.
Result<JsonValue> Unseal(std::string_view text, const Format& expected);

/// For a document whose seal is intact but which cannot be read: it is news from a later version, not damage.
Error NotUnderstood(const Error& why);

}  // namespace lake::catalog

template <>
struct lake::Describe<lake::catalog::Format> {
  using T = lake::catalog::Format;
  static constexpr auto kFields =
      std::tuple{Required("name", &T::name, "What kind of object this is."),
                 Required("major", &T::major, "Readers that know only smaller numbers must refuse it."),
                 Required("minor", &T::minor, "Readers may ignore what a greater number adds.")};
};
