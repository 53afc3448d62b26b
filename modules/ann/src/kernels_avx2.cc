// For x86 processors since 2013. Functions carry their target themselves: compiling the file for it would let
// an inline function of a header be compiled for it too, and be picked for machines that cannot run it.
#ifdef __x86_64__
#include <immintrin.h>

#include "kernel_sets.h"

#define LAKE_AVX2 __attribute__((target("avx2")))

namespace lake::ann {
namespace {

/// maddubs wants one unsigned side: |a| times b with the sign of a. Two products of at most 127 * 127 fit its
/// 16 bits.
LAKE_AVX2 inline __m256i AddProducts(__m256i sum, const int8_t* a, const int8_t* b) {
  const __m256i left = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(a));
  const __m256i right = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(b));
  const __m256i pairs = _mm256_maddubs_epi16(_mm256_abs_epi8(left), _mm256_sign_epi8(right, left));
  return _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
}

LAKE_AVX2 int32_t DotCodes(const int8_t* a, const int8_t* b, size_t bytes) {
  __m256i even = _mm256_setzero_si256();
  __m256i odd = _mm256_setzero_si256();
  for (size_t i = 0; i < bytes; i += 64) {
    even = AddProducts(even, a + i, b + i);
    odd = AddProducts(odd, a + i + 32, b + i + 32);
  }
  const __m256i sum = _mm256_add_epi32(even, odd);
  __m128i four = _mm_add_epi32(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
  four = _mm_add_epi32(four, _mm_shuffle_epi32(four, 0x4E));
  four = _mm_add_epi32(four, _mm_shuffle_epi32(four, 0xB1));
  return _mm_cvtsi128_si32(four);
}

/// The 32 lanes: lane l is element l % 8 of register l / 8.
struct Lanes {
  __m256 part[4];
};

LAKE_AVX2 inline float Fold(const Lanes& lanes) {
  const __m256 eight =
      _mm256_add_ps(_mm256_add_ps(lanes.part[0], lanes.part[2]), _mm256_add_ps(lanes.part[1], lanes.part[3]));
  __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
  four = _mm_add_ps(four, _mm_movehl_ps(four, four));
  four = _mm_add_ss(four, _mm_shuffle_ps(four, four, 1));
  return _mm_cvtss_f32(four);
}

/// Loads the first `count` (0 to 8) of eight floats, zeros for the rest; zeros change no lane.
LAKE_AVX2 inline __m256 LoadSome(const float* from, size_t count) {
  const __m256i index = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
  const __m256i mask = _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(count)), index);
  return _mm256_maskload_ps(from, mask);
}

template <Term kTerm>
LAKE_AVX2 inline __m256 AddTerm(__m256 lane, __m256 a, __m256 b) {
  if constexpr (kTerm == Term::kProduct) return _mm256_add_ps(lane, _mm256_mul_ps(a, b));
  const __m256 difference = _mm256_sub_ps(a, b);
  return _mm256_add_ps(lane, _mm256_mul_ps(difference, difference));
}

template <Term kTerm>
LAKE_AVX2 float Sum(const float* a, const float* b, size_t count) {
  Lanes lanes = {{_mm256_setzero_ps(), _mm256_setzero_ps(), _mm256_setzero_ps(), _mm256_setzero_ps()}};
  size_t i = 0;
  for (; i + kFloatLanes <= count; i += kFloatLanes)
    for (size_t p = 0; p < 4; ++p)
      lanes.part[p] =
          AddTerm<kTerm>(lanes.part[p], _mm256_loadu_ps(a + i + 8 * p), _mm256_loadu_ps(b + i + 8 * p));
  for (size_t p = 0; i < count; ++p, i += 8) {
    const size_t some = std::min<size_t>(8, count - i);
    lanes.part[p] = AddTerm<kTerm>(lanes.part[p], LoadSome(a + i, some), LoadSome(b + i, some));
  }
  return Fold(lanes);
}

}  // namespace

const Kernels kAvx2Kernels = {.target = Target::kAvx2,
                              .dot_codes = DotCodes,
                              .dot_codes_at = DotCodesAt<DotCodes>,
                              .dot = Sum<Term::kProduct>,
                              .squared_distance = Sum<Term::kSquaredDifference>};

}  // namespace lake::ann
#endif
