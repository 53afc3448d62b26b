// For x86 processors with AVX-512 and VNNI (Ice Lake, Zen 4 and later). As in kernels_avx2.cc, functions
// carry their target.
#ifdef __x86_64__
// The header of g++ 12 itself uses a register it calls undefined (gcc bug 105593).
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wuninitialized"
#endif
#include <immintrin.h>

#include "kernel_sets.h"

#define LAKE_AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni")))

namespace lake::ann {
namespace {

/// vpdpbusd wants one unsigned side: (a + 128) . b - 128 . b.
LAKE_AVX512 int32_t DotCodes(const int8_t* a, const int8_t* b, size_t bytes) {
  const __m512i bias = _mm512_set1_epi8(static_cast<char>(0x80));
  __m512i biased = _mm512_setzero_si512();
  __m512i excess = _mm512_setzero_si512();
  for (size_t i = 0; i < bytes; i += 64) {
    const __m512i right = _mm512_loadu_si512(b + i);
    biased = _mm512_dpbusd_epi32(biased, _mm512_xor_si512(_mm512_loadu_si512(a + i), bias), right);
    excess = _mm512_dpbusd_epi32(excess, bias, right);
  }
  return _mm512_reduce_add_epi32(_mm512_sub_epi32(biased, excess));
}

LAKE_AVX512 inline float Fold(__m512 low, __m512 high) {
  const __m512 sixteen = _mm512_add_ps(low, high);
  const __m256 eight = _mm256_add_ps(_mm512_castps512_ps256(sixteen), _mm512_extractf32x8_ps(sixteen, 1));
  __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
  four = _mm_add_ps(four, _mm_movehl_ps(four, four));
  four = _mm_add_ss(four, _mm_shuffle_ps(four, four, 1));
  return _mm_cvtss_f32(four);
}

template <Term kTerm>
LAKE_AVX512 inline __m512 AddTerm(__m512 lane, __m512 a, __m512 b) {
  if constexpr (kTerm == Term::kProduct) return _mm512_add_ps(lane, _mm512_mul_ps(a, b));
  const __m512 difference = _mm512_sub_ps(a, b);
  return _mm512_add_ps(lane, _mm512_mul_ps(difference, difference));
}

/// The first `count` of sixteen floats (none when it is not positive, all when it is more), zeros for the
/// rest.
LAKE_AVX512 inline __m512 LoadSome(const float* from, size_t begin, size_t end) {
  const size_t count = begin < end ? std::min<size_t>(16, end - begin) : 0;
  return _mm512_maskz_loadu_ps(static_cast<__mmask16>((1U << count) - 1), from + std::min(begin, end));
}

template <Term kTerm>
LAKE_AVX512 float Sum(const float* a, const float* b, size_t count) {
  __m512 low = _mm512_setzero_ps();
  __m512 high = _mm512_setzero_ps();
  size_t i = 0;
  for (; i + kFloatLanes <= count; i += kFloatLanes) {
    low = AddTerm<kTerm>(low, _mm512_loadu_ps(a + i), _mm512_loadu_ps(b + i));
    high = AddTerm<kTerm>(high, _mm512_loadu_ps(a + i + 16), _mm512_loadu_ps(b + i + 16));
  }
  low = AddTerm<kTerm>(low, LoadSome(a, i, count), LoadSome(b, i, count));
  high = AddTerm<kTerm>(high, LoadSome(a, i + 16, count), LoadSome(b, i + 16, count));
  return Fold(low, high);
}

}  // namespace

const Kernels kAvx512VnniKernels = {.target = Target::kAvx512Vnni,
                                    .dot_codes = DotCodes,
                                    .dot_codes_at = DotCodesAt<DotCodes>,
                                    .dot = Sum<Term::kProduct>,
                                    .squared_distance = Sum<Term::kSquaredDifference>};

}  // namespace lake::ann
#endif
