#include "csv_encoding.h"

#include <cstdint>

namespace lake::engine {
namespace {

uint8_t ByteAt(std::string_view text, size_t at) { return static_cast<uint8_t>(text[at]); }

/// The length of the UTF-8 character at `at`, or 0 when there is none; at the end of a cut text, what is
/// left.
size_t CharacterLength(std::string_view text, size_t at, Ending ending) {
  const uint8_t first = ByteAt(text, at);
  if (first < 0x80) return 1;
  const size_t length = first >= 0xC2 && first <= 0xDF   ? 2
                        : first >= 0xE0 && first <= 0xEF ? 3
                        : first >= 0xF0 && first <= 0xF4 ? 4
                                                         : 0;
  if (length == 0) return 0;
  for (size_t i = 1; i < length; ++i) {
    if (at + i == text.size()) return ending == Ending::kCut ? i : 0;
    const uint8_t byte = ByteAt(text, at + i);
    // The second byte excludes overlong forms, surrogates and what lies beyond U+10FFFF.
    const uint8_t low = i > 1 ? 0x80 : first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    const uint8_t high = i > 1 ? 0xBF : first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    if (byte < low || byte > high) return 0;
  }
  return length;
}

}  // namespace

Status CheckCsvEncoding(std::string_view start, Ending ending) {
  if (start.starts_with("\xFF\xFE") || start.starts_with("\xFE\xFF"))
    return InvalidArgument("not_csv", "the file is UTF-16 text; convert it to UTF-8");
  const size_t byte_order_mark = start.starts_with("\xEF\xBB\xBF") ? 3 : 0;
  if (start.find_first_not_of(" \t\r\n", byte_order_mark) == std::string_view::npos)
    return InvalidArgument("not_csv", "the file is empty");
  for (size_t at = byte_order_mark; at < start.size();) {
    if (start[at] == '\0')
      return InvalidArgument("not_csv", "the file is not text: there is a NUL byte at offset {}", at);
    const size_t length = CharacterLength(start, at, ending);
    if (length == 0)
      return InvalidArgument("not_csv",
                             "the file is not UTF-8 text (byte 0x{:02X} at offset {}); if it is Latin-1 or "
                             "Windows-1252, convert it to UTF-8",
                             ByteAt(start, at), at);
    at += length;
  }
  return {};
}

}  // namespace lake::engine
