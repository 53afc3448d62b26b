#include "written_text.h"

#include <algorithm>

#include "lake/common/utf8.h"

namespace lake::models {
namespace {

/// Bytes of the character that begins with this one; 1 when none does.
size_t CharacterBytes(unsigned char first) {
  if (first >= 0xF0 && first < 0xF8) return 4;
  if (first >= 0xE0 && first < 0xF0) return 3;
  if (first >= 0xC2 && first < 0xE0) return 2;
  return 1;
}

/// Bytes at the end of `text` that begin a character which is not whole yet.
size_t UnfinishedBytes(std::string_view text) {
  for (size_t bytes = 1; bytes <= std::min<size_t>(3, text.size()); ++bytes) {
    const auto first = static_cast<unsigned char>(text[text.size() - bytes]);
    if ((first & 0xC0) != 0x80) return CharacterBytes(first) > bytes ? bytes : 0;
  }
  return 0;
}

/// With U+FFFD for bytes that are no characters.
std::string Readable(std::string_view text) {
  if (IsUtf8(text)) return std::string(text);
  std::string readable;
  while (!text.empty()) {
    const size_t bytes = std::min(CharacterBytes(static_cast<unsigned char>(text.front())), text.size());
    const bool whole = IsUtf8(text.substr(0, bytes));
    readable += whole ? text.substr(0, bytes) : std::string_view("\xEF\xBF\xBD");
    text.remove_prefix(whole ? bytes : 1);
  }
  return readable;
}

}  // namespace

std::string WrittenText::Add(std::string_view bytes) {
  if (stopped_) return {};
  held_ += bytes;
  size_t shown = std::string::npos;
  for (const std::string& stop : stops_) shown = std::min(shown, held_.find(stop));
  stopped_ = shown != std::string::npos;
  if (!stopped_) shown = held_.size() - std::max(MayBeginStop(), UnfinishedBytes(held_));
  std::string text = Readable(std::string_view(held_).substr(0, shown));
  held_.erase(0, stopped_ ? held_.size() : shown);
  return text;
}

std::string WrittenText::End() {
  std::string text = Readable(held_);
  held_.clear();
  return text;
}

size_t WrittenText::MayBeginStop() const {
  size_t most = 0;
  for (const std::string& stop : stops_)
    for (size_t bytes = std::min(stop.size() - 1, held_.size()); bytes > most; --bytes)
      if (std::string_view(held_).ends_with(std::string_view(stop).substr(0, bytes))) most = bytes;
  return most;
}

}  // namespace lake::models
