// TextBuffer: text growing at its end, for writers that append millions of short pieces. A std::string checks
// and null-terminates at every piece; here a piece reserves its longest length once and writes through a
// pointer.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

namespace lake::engine {

class TextBuffer {
 public:
  /// At least `bytes` to write to; End() says how far that went. Valid until the next call.
  char* Reserve(size_t bytes) {
    if (capacity_ - used_ < bytes) Grow(bytes);
    return data_.get() + used_;
  }
  void End(const char* end) { used_ = static_cast<size_t>(end - data_.get()); }

  void Push(char character) {
    *Reserve(1) = character;
    ++used_;
  }
  void Append(std::string_view text) {
    std::memcpy(Reserve(text.size()), text.data(), text.size());
    used_ += text.size();
  }

  size_t size() const { return used_; }
  std::string_view text() const { return {data_.get(), used_}; }
  void Clear() { used_ = 0; }
  /// Appends the text to `out` and starts over, keeping the memory.
  void MoveTo(std::string* out) {
    out->append(text());
    used_ = 0;
  }

 private:
  void Grow(size_t bytes) {
    const size_t capacity = std::max(capacity_ * 2, used_ + bytes + kFirstCapacity);
    auto data = std::make_unique_for_overwrite<char[]>(capacity);
    if (used_ > 0) std::memcpy(data.get(), data_.get(), used_);
    data_ = std::move(data);
    capacity_ = capacity;
  }

  static constexpr size_t kFirstCapacity = 256;

  std::unique_ptr<char[]> data_;
  size_t used_ = 0;
  size_t capacity_ = 0;
};

}  // namespace lake::engine
