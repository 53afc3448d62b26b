#include "lake/storage/object_key.h"

#include <algorithm>

#include "lake/common/utf8.h"

namespace lake::storage {
namespace {

constexpr size_t kMaxSegmentBytes = 255;  // NAME_MAX of the file systems we know.
constexpr std::string_view kReservedStart = ".lake-";

Error Bad(std::string_view rule) { return InvalidArgument("bad_object_key", "object key {}", rule); }

bool IsForbidden(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7F || c == '\\';
}

Status CheckSegment(std::string_view segment) {
  if (segment.empty()) return Bad("must not start or end with '/' nor hold '//'");
  if (segment.size() > kMaxSegmentBytes) return Bad("has a segment longer than 255 bytes");
  if (segment == "." || segment == "..") return Bad("must not hold the segments '.' or '..'");
  if (segment.starts_with(kReservedStart)) return Bad("must not hold a segment that starts with '.lake-'");
  return {};
}

}  // namespace

Result<ObjectKey> ObjectKey::Parse(std::string_view text) {
  if (text.empty()) return Bad("is empty");
  if (text.size() > ObjectKey::kMaxBytes) return Bad("is longer than 1,024 bytes");
  if (std::ranges::any_of(text, IsForbidden)) return Bad("must not hold control characters or backslashes");
  if (!IsUtf8(text)) return Bad("is not UTF-8");
  for (std::string_view rest = text;;) {
    const size_t slash = rest.find('/');
    LAKE_RETURN_IF_ERROR(CheckSegment(rest.substr(0, slash)));
    if (slash == std::string_view::npos) return ObjectKey(std::string(text));
    rest.remove_prefix(slash + 1);
  }
}

}  // namespace lake::storage
