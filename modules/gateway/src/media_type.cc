#include "media_type.h"

#include <charconv>

#include "text.h"

namespace lake::gateway {
namespace {

/// The next ';'-separated piece outside quotes; `*rest` becomes what is behind it.
std::string_view NextPiece(std::string_view* rest) {
  bool quoted = false;
  for (size_t i = 0; i < rest->size(); ++i) {
    const char c = (*rest)[i];
    if (quoted && c == '\\') {
      ++i;
    } else if (c == '"') {
      quoted = !quoted;
    } else if (c == ';' && !quoted) {
      const std::string_view piece = rest->substr(0, i);
      rest->remove_prefix(i + 1);
      return piece;
    }
  }
  const std::string_view piece = *rest;
  *rest = {};
  return piece;
}

std::optional<std::string> Unquote(std::string_view text) {
  if (!text.starts_with('"')) return std::string(text);
  if (text.size() < 2 || !text.ends_with('"')) return std::nullopt;
  std::string plain;
  for (size_t i = 1; i + 1 < text.size(); ++i) {
    if (text[i] == '\\' && i + 2 < text.size()) ++i;
    plain.push_back(text[i]);
  }
  return plain;
}

/// How exactly a range of Accept names the type: 3 the type itself, 2 "text/*", 1 "*/*", 0 not at all.
int Exactness(std::string_view range, std::string_view type) {
  if (EqualsIgnoringCase(range, type)) return 3;
  if (range == "*/*") return 1;
  const size_t slash = type.find('/');
  return range.size() == slash + 2 && range.ends_with("/*") &&
                 EqualsIgnoringCase(range.substr(0, slash), type.substr(0, slash))
             ? 2
             : 0;
}

double QualityFor(std::string_view accept, std::string_view type) {
  double quality = 0;
  int exactness = 0;
  while (!accept.empty()) {
    const std::string_view entry = CutAt(',', &accept);
    std::string_view rest = entry;
    const int exact = Exactness(Trim(NextPiece(&rest)), type);
    if (exact <= exactness) continue;
    exactness = exact;
    quality = ReadQuality(entry);
  }
  return quality;
}

}  // namespace

std::string MediaTypeOf(std::string_view content_type) {
  return LowerAscii(Trim(content_type.substr(0, content_type.find(';'))));
}

std::optional<std::string> ParameterOf(std::string_view header_value, std::string_view name) {
  NextPiece(&header_value);
  while (!header_value.empty()) {
    std::string_view value = NextPiece(&header_value);
    const std::string_view key = CutAt('=', &value);
    if (EqualsIgnoringCase(Trim(key), name)) return Unquote(Trim(value));
  }
  return std::nullopt;
}

double ReadQuality(std::string_view entry) {
  const std::optional<std::string> text = ParameterOf(entry, "q");
  double quality = 1;
  if (text) std::from_chars(text->data(), text->data() + text->size(), quality);
  return quality >= 0 && quality <= 1 ? quality : 0;
}

std::optional<size_t> ChooseByAccept(std::string_view accept, std::span<const std::string_view> offered) {
  if (Trim(accept).empty()) return 0;
  std::optional<size_t> best;
  double best_quality = 0;
  for (size_t i = 0; i < offered.size(); ++i) {
    const double quality = QualityFor(accept, offered[i]);
    if (quality <= best_quality) continue;
    best = i;
    best_quality = quality;
  }
  return best;
}

}  // namespace lake::gateway
