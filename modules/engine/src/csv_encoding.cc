#include "csv_encoding.h"

#include <cstdint>
#include <cstring>
#include <utility>

namespace lake::engine {
namespace {

uint8_t ByteAt(std::string_view text, size_t at) { return static_cast<uint8_t>(text[at]); }

/// Eight bytes of ASCII without a NUL: most text, eight times as fast.
bool IsPlainWord(std::string_view text, size_t at) {
  uint64_t word = 0;
  if (text.size() - at < sizeof(word)) return false;
  std::memcpy(&word, text.data() + at, sizeof(word));
  constexpr uint64_t kHighBits = 0x8080808080808080;
  constexpr uint64_t kOnes = 0x0101010101010101;
  return (((word - kOnes) | word) & kHighBits) == 0;
}

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

/// What a file that is often taken for CSV is, by its first bytes; empty when none of these.
std::string_view OtherFormat(std::string_view start) {
  static constexpr std::pair<std::string_view, std::string_view> kFormats[] = {
      {"\xFF\xFE", "UTF-16 text; convert it to UTF-8"},
      {"\xFE\xFF", "UTF-16 text; convert it to UTF-8"},
      {"\x1F\x8B", "compressed (gzip); unpack it first"},
      {"\x28\xB5\x2F\xFD", "compressed (zstd); unpack it first"},
      {"PK\x03\x04", "a ZIP archive or a spreadsheet; save it as CSV first"},
      {"\xD0\xCF\x11\xE0", "a spreadsheet; save it as CSV first"},
      {"PAR1", "Parquet"},
      {"%PDF-", "PDF"},
  };
  for (const auto& [magic, name] : kFormats)
    if (start.starts_with(magic)) return name;
  return {};
}

}  // namespace

Status CheckCsvText(std::string_view start, Ending ending) {
  if (const std::string_view other = OtherFormat(start); !other.empty())
    return InvalidArgument("not_csv", "the file is not CSV but {}", other);
  const size_t byte_order_mark = start.starts_with("\xEF\xBB\xBF") ? 3 : 0;
  const size_t first = start.find_first_not_of(" \t\r\n", byte_order_mark);
  if (first == std::string_view::npos) return InvalidArgument("not_csv", "the file is empty");
  if (start[first] == '{' || start[first] == '[')
    return InvalidArgument("not_csv", "the file is not CSV but JSON");
  for (size_t at = byte_order_mark; at < start.size();) {
    if (IsPlainWord(start, at)) {
      at += sizeof(uint64_t);
      continue;
    }
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
