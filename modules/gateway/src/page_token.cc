#include <array>
#include <cstdint>

#include "lake/common/utf8.h"
#include "lake/gateway/wire/list.h"

namespace lake::gateway::wire {
namespace {

constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// base64url without padding (RFC 4648, section 5).
std::string Encode(std::string_view bytes) {
  std::string text;
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t group = 0;
    const size_t count = std::min<size_t>(3, bytes.size() - i);
    for (size_t k = 0; k < 3; ++k)
      group = group << 8 | (k < count ? static_cast<unsigned char>(bytes[i + k]) : 0u);
    for (size_t k = 0; k <= count; ++k) text.push_back(kDigits[group >> (18 - 6 * k) & 63]);
  }
  return text;
}

std::optional<std::string> Decode(std::string_view text) {
  std::string bytes;
  uint32_t group = 0;
  int bits = 0;
  for (const char c : text) {
    const size_t digit = kDigits.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    group = group << 6 | static_cast<uint32_t>(digit);
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push_back(static_cast<char>(group >> bits & 255));
  }
  return bytes;
}

}  // namespace

std::string MakePageToken(std::string_view list, std::string_view position) {
  return Encode(fmt::format("{}:{}", list, position));
}

Result<std::string> ReadPageToken(std::string_view list, const std::optional<std::string>& token) {
  if (!token) return std::string();
  const std::optional<std::string> text = Decode(*token);
  const std::string prefix = fmt::format("{}:", list);
  if (text && text->starts_with(prefix) && IsUtf8(*text)) return text->substr(prefix.size());
  return InvalidArgument("bad_page_token", "/page_token: is not a page token of this list")
      .WithDetail("/page_token", "is not a page token of this list");
}

}  // namespace lake::gateway::wire
