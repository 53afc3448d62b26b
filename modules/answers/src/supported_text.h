// A text that a model writes, shown from its first citation on: what cites nothing is never shown.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "citation_marks.h"
#include "lake/models/generator.h"

namespace lake::answers {

/// `show` gets the pieces of the text, after `begin` was called once; their errors are those of Take and End.
class SupportedText {
 public:
  SupportedText(uint32_t sources, std::function<Status()> begin, models::TextSink show)
      : filter_(sources), begin_(std::move(begin)), show_(std::move(show)) {}

  Status Take(std::string_view piece) { return Add(filter_.Take(piece)); }
  Status End() { return Add(filter_.End()); }

  /// Whether anything was shown. If not, nothing supports the text, or it says so itself.
  bool shown() const { return shown_; }
  /// All that was shown.
  const std::string& text() const { return text_; }
  const std::set<uint32_t>& cited() const { return filter_.cited(); }

 private:
  Status Add(std::string_view text);

  CitationFilter filter_;
  std::function<Status()> begin_;
  models::TextSink show_;
  std::string text_;
  bool shown_ = false;
};

}  // namespace lake::answers
