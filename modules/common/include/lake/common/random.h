// The one source of randomness: ids, jitter, tokens. Tests pass a seeded one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace lake {

class RandomSource {
 public:
  virtual ~RandomSource() = default;
  virtual void Fill(std::span<std::byte> bytes) = 0;  ///< Any thread.

  uint64_t NextU64();
  /// Uniform in [0, bound); bound > 0.
  uint64_t NextBelow(uint64_t bound);
  /// RFC 9562 version 7 from `unix_ms` and 74 random bits: sorts by creation time. 36 characters.
  std::string NextUuid(int64_t unix_ms);
  /// `bytes` random bytes as lower-case hex (2 characters each).
  std::string NextHex(size_t bytes);
};

/// getrandom(2): fit for keys and tokens.
class SystemRandom final : public RandomSource {
 public:
  void Fill(std::span<std::byte> bytes) override;
};

}  // namespace lake
