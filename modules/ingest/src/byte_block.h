// Sixteen bytes looked at together: most cells of a CSV file are shorter.
#pragma once

#include <emmintrin.h>  // SSE2 is part of every x86-64.

#include <cstddef>
#include <cstdint>

namespace lake::ingest {

class ByteBlock {
 public:
  static constexpr size_t kBytes = 16;

  /// Reads all of kBytes from `at`.
  explicit ByteBlock(const char* at) : bytes_(_mm_loadu_si128(reinterpret_cast<const __m128i*>(at))) {}

  /// Bit i is set when byte i is `wanted`.
  uint32_t Where(char wanted) const { return Bits(_mm_cmpeq_epi8(bytes_, _mm_set1_epi8(wanted))); }
  /// Bit i is set when byte i is one of '0' to '9'.
  uint32_t Digits() const {
    const __m128i value = _mm_sub_epi8(bytes_, _mm_set1_epi8('0'));
    return Bits(_mm_cmpeq_epi8(_mm_min_epu8(value, _mm_set1_epi8(9)), value));
  }

 private:
  static uint32_t Bits(__m128i bytes) { return static_cast<uint32_t>(_mm_movemask_epi8(bytes)); }

  __m128i bytes_;
};

}  // namespace lake::ingest
