#include "request_target.h"

#include <optional>

#include "lake/common/utf8.h"
#include "text.h"

namespace lake::gateway {
namespace {

constexpr size_t kMostParameters =
    256;  // A list of that many is a body, not a query; bounds matching by name.

enum class Part { kPath, kQuery };

bool IsForbidden(unsigned char byte, Part part) {
  if (part == Part::kQuery && (byte == '\t' || byte == '\n' || byte == '\r'))
    return false;  // A delimiter, a text.
  return byte < 0x20 || byte == 0x7f;
}

Result<std::string> Decode(std::string_view text, Part part) {
  std::string decoded;
  decoded.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '+' && part == Part::kQuery) {
      c = ' ';
    } else if (c == '%') {
      const std::optional<uint8_t> high = i + 1 < text.size() ? HexDigit(text[i + 1]) : std::nullopt;
      const std::optional<uint8_t> low = i + 2 < text.size() ? HexDigit(text[i + 2]) : std::nullopt;
      if (!high || !low)
        return InvalidArgument("bad_target", "the request target has a '%' without two hex digits");
      c = static_cast<char>(*high << 4 | *low);
      i += 2;
    }
    if (IsForbidden(static_cast<unsigned char>(c), part))
      return InvalidArgument("bad_target", "the request target contains a control character");
    decoded.push_back(c);
  }
  if (!IsUtf8(decoded)) return InvalidArgument("bad_target", "the request target is not UTF-8");
  return decoded;
}

}  // namespace

Result<RequestTarget> ParseTarget(std::string_view target) {
  if (!target.starts_with('/'))
    return InvalidArgument("bad_target", "the request target must start with '/'");
  if (target.find('#') != std::string_view::npos)
    return InvalidArgument("bad_target", "the request target has a fragment");
  std::string_view query = target;
  std::string_view path = CutAt('?', &query);
  RequestTarget parsed = {.path = std::string(path), .segments = {}, .query = {}};

  path.remove_prefix(1);
  while (parsed.path != "/") {
    const size_t end = path.find('/');
    LAKE_ASSIGN_OR_RETURN(std::string segment, Decode(path.substr(0, end), Part::kPath));
    if (segment == "." || segment == "..")
      return InvalidArgument("bad_target", "the path contains the segment '{}'", segment);
    parsed.segments.push_back(std::move(segment));
    if (end == std::string_view::npos) break;
    path.remove_prefix(end + 1);
  }
  while (!query.empty()) {
    std::string_view value = CutAt('&', &query);
    const std::string_view name = CutAt('=', &value);
    if (name.empty() && value.empty()) continue;
    if (parsed.query.size() == kMostParameters)
      return InvalidArgument("bad_target", "the query has more than {} parameters", kMostParameters);
    LAKE_ASSIGN_OR_RETURN(std::string decoded_name, Decode(name, Part::kQuery));
    LAKE_ASSIGN_OR_RETURN(std::string decoded_value, Decode(value, Part::kQuery));
    parsed.query.emplace_back(std::move(decoded_name), std::move(decoded_value));
  }
  return parsed;
}

}  // namespace lake::gateway
