// Received bytes that are not used yet, in one piece of memory.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>

namespace lake::gateway {

class InputBuffer {
 public:
  /// What the next bytes are likely to be.
  enum class Expect { kHead, kBody };

  explicit InputBuffer(size_t most) : most_(std::max(most, kForHead)) {}

  std::string_view bytes() const { return {storage_.get() + begin_, end_ - begin_}; }
  bool empty() const { return begin_ == end_; }
  bool full() const { return end_ - begin_ == most_; }
  void Consume(size_t count) {
    begin_ += count;
    if (begin_ == end_) begin_ = end_ = 0;
  }

  /// Where the next bytes may be written; `*size` is 0 when it is full. The place stays valid until Commit;
  /// Consume is allowed meanwhile.
  char* Prepare(Expect expect, size_t* size) {
    if (empty())
      Resize(expect == Expect::kBody ? most_ : kForHead);
    else if (end_ == capacity_ && begin_ > 0)
      MoveToFront();
    else if (end_ == capacity_)
      Resize(std::min(most_, capacity_ * 4));
    *size = capacity_ - end_;
    prepared_ = end_;
    return storage_.get() + end_;
  }
  void Commit(size_t count) {
    if (begin_ == end_) begin_ = prepared_;  // Consume may have rewound meanwhile.
    end_ = prepared_ + count;
  }

 private:
  /// All that an idle connection keeps; most heads fit.
  static constexpr size_t kForHead = 2048;

  void MoveToFront() {
    std::memmove(storage_.get(), storage_.get() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  void Resize(size_t capacity) {
    if (capacity == capacity_) return;
    std::unique_ptr<char[]> storage(new char[capacity]);  // Not filled with zeros first.
    if (!empty()) std::memcpy(storage.get(), storage_.get() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
    storage_ = std::move(storage);
    capacity_ = capacity;
  }

  const size_t most_;
  std::unique_ptr<char[]> storage_;
  size_t capacity_ = 0;
  size_t begin_ = 0;
  size_t end_ = 0;
  size_t prepared_ = 0;
};

}  // namespace lake::gateway
