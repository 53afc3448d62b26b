// WrittenText: bytes of tokens become text: whole characters only, and nothing from a stop on.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lake::models {

/// One thread.
class WrittenText {
 public:
  /// None of `stops` is empty.
  explicit WrittenText(std::vector<std::string> stops) : stops_(std::move(stops)) {}

  /// What can be shown now: characters that are whole and that no stop can begin with. Bytes that are no
  /// UTF-8 become U+FFFD.
  std::string Add(std::string_view bytes);
  /// What is left when no more follows.
  std::string End();
  /// A stop came: the text is over.
  bool stopped() const { return stopped_; }

 private:
  /// How many bytes of `held_` may be the begin of a stop.
  size_t MayBeginStop() const;

  const std::vector<std::string> stops_;
  std::string held_;
  bool stopped_ = false;
};

}  // namespace lake::models
