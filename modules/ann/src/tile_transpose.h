// Sixteen lines of sixteen values of four bytes, turned: lines become columns.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace lake::ann {

inline constexpr size_t kTileLines = 16;

/// Line c of `to`, which begins at to + c * to_stride bytes, gets value c of each line of `from`. They do not
/// overlap. In vectors of four values, which every processor has.
inline void TransposeTile(const std::array<const void*, kTileLines>& from, void* to, size_t to_stride) {
  using Four [[gnu::vector_size(16)]] = uint32_t;
  const auto load = [&](size_t line, size_t begin) {
    Four four;
    std::memcpy(&four, static_cast<const char*>(from[line]) + begin, sizeof(four));
    return four;
  };
  const auto store = [&](size_t line, size_t begin, Four four) {
    std::memcpy(static_cast<char*>(to) + line * to_stride + begin, &four, sizeof(four));
  };
  for (size_t line = 0; line < kTileLines; line += 4) {
    for (size_t column = 0; column < kTileLines; column += 4) {
      const Four a = load(line, 4 * column);
      const Four b = load(line + 1, 4 * column);
      const Four c = load(line + 2, 4 * column);
      const Four d = load(line + 3, 4 * column);
      const Four ab_low = __builtin_shufflevector(a, b, 0, 4, 1, 5);
      const Four ab_high = __builtin_shufflevector(a, b, 2, 6, 3, 7);
      const Four cd_low = __builtin_shufflevector(c, d, 0, 4, 1, 5);
      const Four cd_high = __builtin_shufflevector(c, d, 2, 6, 3, 7);
      store(column, 4 * line, __builtin_shufflevector(ab_low, cd_low, 0, 1, 4, 5));
      store(column + 1, 4 * line, __builtin_shufflevector(ab_low, cd_low, 2, 3, 6, 7));
      store(column + 2, 4 * line, __builtin_shufflevector(ab_high, cd_high, 0, 1, 4, 5));
      store(column + 3, 4 * line, __builtin_shufflevector(ab_high, cd_high, 2, 3, 6, 7));
    }
  }
}

}  // namespace lake::ann
