// Where cells end, 64 bytes at a time: the places are found together and then only counted off.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

#include "byte_block.h"

namespace lake::ingest {

class CellEnds {
 public:
  explicit CellEnds(char delimiter) : delimiter_(delimiter) {}

  /// Forgets the bytes it has seen; those from now on end at `end`.
  void Restart(const char* end) {
    end_ = end;
    block_ = end;
    ends_ = 0;
  }

  /// The first delimiter or line end at or behind `at`, which never steps back; null when there is none.
  const char* Find(const char* at) {
    while (at < end_) {
      if (static_cast<size_t>(at - block_) >= kBytes) Look(at);
      const auto offset = static_cast<size_t>(at - block_);
      if (const uint64_t ends = ends_ >> offset; ends != 0) return at + std::countr_zero(ends);
      if (static_cast<size_t>(end_ - block_) <= kBytes) return nullptr;
      at = block_ + kBytes;
    }
    return nullptr;
  }

 private:
  static constexpr size_t kBytes = 64;

  void Look(const char* at) {
    block_ = at;
    const auto left = static_cast<size_t>(end_ - at);
    if (left >= kBytes) {
      ends_ = EndsOf(at);
      return;
    }
    char padded[kBytes] = {};
    std::memcpy(padded, at, left);
    ends_ = EndsOf(padded) & ((uint64_t{1} << left) - 1);
  }

  uint64_t EndsOf(const char* bytes) const {
    uint64_t ends = 0;
    for (size_t i = 0; i < kBytes; i += ByteBlock::kBytes) {
      const ByteBlock block(bytes + i);
      ends |= uint64_t{block.Where(delimiter_) | block.Where('\n') | block.Where('\r')} << i;
    }
    return ends;
  }

  const char delimiter_;
  const char* end_ = nullptr;
  const char* block_ = nullptr;  ///< The bytes that ends_ has a bit for each of; end_ when none.
  uint64_t ends_ = 0;
};

}  // namespace lake::ingest
