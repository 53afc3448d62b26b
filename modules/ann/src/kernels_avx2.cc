// For x86 processors since 2013. Functions carry their target themselves: compiling the file for it would let
// an inline function of a header be compiled for it too, and be picked for machines that cannot run it.
#ifdef __x86_64__
#include <immintrin.h>

#include <bit>

#include "kernel_sets.h"

#define LAKE_AVX2 __attribute__((target("avx2")))

namespace lake::ann {
namespace {

/// The elements of one line, a byte each.
struct Line {
  __m256i part[4];
};

LAKE_AVX2 inline Line Unpack(const uint8_t* halves) {
  const __m256i low_half = _mm256_set1_epi8(15);
  const __m256i first = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(halves));
  const __m256i second = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(halves + 32));
  return {{_mm256_and_si256(first, low_half), _mm256_and_si256(second, low_half),
           _mm256_and_si256(_mm256_srli_epi16(first, 4), low_half),
           _mm256_and_si256(_mm256_srli_epi16(second, 4), low_half)}};
}

/// Sums of pairs of products: at most 2 * 15 * 127 in each of 16 bits. Eight of them still fit: two lines.
LAKE_AVX2 inline __m256i Products(__m256i elements, const int8_t* query) {
  return _mm256_maddubs_epi16(elements, _mm256_loadu_si256(reinterpret_cast<const __m256i*>(query)));
}

LAKE_AVX2 inline __m256i LineProducts(const int8_t* query, const Line& line) {
  return _mm256_add_epi16(
      _mm256_add_epi16(Products(line.part[0], query), Products(line.part[1], query + 32)),
      _mm256_add_epi16(Products(line.part[2], query + 64), Products(line.part[3], query + 96)));
}

LAKE_AVX2 inline __m256i AddWidened(__m256i sum, __m256i products) {
  return _mm256_add_epi32(sum, _mm256_madd_epi16(products, _mm256_set1_epi16(1)));
}

LAKE_AVX2 inline int32_t FoldInts(__m256i sum) {
  __m128i four = _mm_add_epi32(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
  four = _mm_add_epi32(four, _mm_shuffle_epi32(four, 0x4E));
  four = _mm_add_epi32(four, _mm_shuffle_epi32(four, 0xB1));
  return _mm_cvtsi128_si32(four);
}

/// Stores 32 elements; their sums in eight lanes.
LAKE_AVX2 inline __m256i StoreElements(__m256i biased, int8_t* code) {
  const __m256i elements = _mm256_xor_si256(biased, _mm256_set1_epi8(-128));
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(code), elements);
  return _mm256_madd_epi16(_mm256_maddubs_epi16(_mm256_set1_epi8(1), elements), _mm256_set1_epi16(1));
}

LAKE_AVX2 int32_t JoinHalves(const uint8_t* high, const uint8_t* low, size_t bytes, int8_t* code) {
  const __m256i low_half = _mm256_set1_epi8(15);
  __m256i lows = _mm256_set1_epi8(static_cast<char>(kHalfSteps));
  __m256i sum = _mm256_setzero_si256();
  for (size_t i = 0; i < bytes; i += 32) {
    const __m256i highs = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(high + i));
    if (low != nullptr) lows = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(low + i));
    const __m256i first = _mm256_or_si256(_mm256_slli_epi16(_mm256_and_si256(highs, low_half), 4),
                                          _mm256_and_si256(lows, low_half));
    const __m256i second = _mm256_or_si256(_mm256_andnot_si256(low_half, highs),
                                           _mm256_and_si256(_mm256_srli_epi16(lows, 4), low_half));
    int8_t* to = code + i / kCodeAlignment * kElementsPerLine + i % kCodeAlignment;
    sum = _mm256_add_epi32(sum, StoreElements(first, to));
    sum = _mm256_add_epi32(sum, StoreElements(second, to + kCodeAlignment));
  }
  return FoldInts(sum);
}

LAKE_AVX2 int32_t DotHalves(const int8_t* query, const uint8_t* halves, size_t bytes) {
  __m256i sum = _mm256_setzero_si256();
  size_t i = 0;
  for (; i + 128 <= bytes; i += 128)
    sum = AddWidened(sum, _mm256_add_epi16(LineProducts(query + 2 * i, Unpack(halves + i)),
                                           LineProducts(query + 2 * i + 128, Unpack(halves + i + 64))));
  if (i < bytes) sum = AddWidened(sum, LineProducts(query + 2 * i, Unpack(halves + i)));
  return FoldInts(sum);
}

LAKE_AVX2 LineSums SumsOfLine(const int8_t* query, const uint8_t* halves) {
  const Line line = Unpack(halves);
  __m256i squares = _mm256_setzero_si256();
  for (const __m256i part : line.part)
    squares =
        _mm256_add_epi16(squares, _mm256_maddubs_epi16(part, _mm256_sub_epi8(part, _mm256_set1_epi8(15))));
  return {.product = FoldInts(AddWidened(_mm256_setzero_si256(), LineProducts(query, line))),
          .squares = 4 * FoldInts(AddWidened(_mm256_setzero_si256(), squares)) + kSquaresBias};
}

/// The sums of products of four origins, whose first elements begin at `origins`, with all sixteen rows.
LAKE_AVX2 inline void FourOrigins(const int8_t* origins, const uint8_t* rows, size_t bytes, int32_t* sums) {
  // As in Products, eight sums of two products fit 16 bits.
  constexpr size_t kBytesIn16Bits = 8 * kCodeAlignment;
  __m256i sum[4][2] = {};
  for (size_t begin = 0; begin < bytes; begin += kBytesIn16Bits) {
    __m256i products[4][2] = {};
    const size_t end = std::min(bytes, begin + kBytesIn16Bits);
    for (size_t i = begin; i < end; i += kCodeAlignment) {
      const __m256i first = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(rows + i));
      const __m256i second = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(rows + i + 32));
      for (size_t r = 0; r < 4; ++r) {
        const __m256i origin = _mm256_set1_epi32(FourElements(origins + i + 4 * r));
        products[r][0] = _mm256_add_epi16(products[r][0], _mm256_maddubs_epi16(first, origin));
        products[r][1] = _mm256_add_epi16(products[r][1], _mm256_maddubs_epi16(second, origin));
      }
    }
    for (size_t r = 0; r < 4; ++r)
      for (size_t half = 0; half < 2; ++half) sum[r][half] = AddWidened(sum[r][half], products[r][half]);
  }
  for (size_t r = 0; r < 4; ++r)
    for (size_t half = 0; half < 2; ++half)
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(sums + kPanelCodes * r + 8 * half), sum[r][half]);
}

LAKE_AVX2 void PanelDistances(const OriginPanel& origins, const RowPanelRun& rows, size_t bytes,
                              float* distances, size_t stride) {
  int32_t sums[kPanelCodes * kPanelCodes];
  for (size_t p = 0; p < rows.panels; ++p) {
    for (size_t r = 0; r < kPanelCodes; r += 4)
      FourOrigins(origins.elements + 4 * r, rows.elements + p * bytes, bytes, sums + kPanelCodes * r);
    SumsToDistances(*origins.terms, rows.terms[p], sums, distances + p * kPanelCodes, stride);
  }
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

struct Product {
  LAKE_AVX2 __m256 operator()(__m256 a, __m256 b) const { return _mm256_mul_ps(a, b); }
};

struct SquaredDifference {
  __m256 factor_a;
  __m256 factor_b;
  LAKE_AVX2 __m256 operator()(__m256 a, __m256 b) const {
    const __m256 difference = _mm256_sub_ps(_mm256_mul_ps(a, factor_a), _mm256_mul_ps(b, factor_b));
    return _mm256_mul_ps(difference, difference);
  }
};

/// Adds up term(a[i], b[i]).
template <class Term>
LAKE_AVX2 inline float Sum(const float* a, const float* b, size_t count, const Term& term) {
  Lanes lanes = {{_mm256_setzero_ps(), _mm256_setzero_ps(), _mm256_setzero_ps(), _mm256_setzero_ps()}};
  size_t i = 0;
  for (; i + kFloatLanes <= count; i += kFloatLanes)
    for (size_t p = 0; p < 4; ++p)
      lanes.part[p] =
          _mm256_add_ps(lanes.part[p], term(_mm256_loadu_ps(a + i + 8 * p), _mm256_loadu_ps(b + i + 8 * p)));
  for (size_t p = 0; i < count; ++p, i += 8) {
    const size_t some = std::min<size_t>(8, count - i);
    lanes.part[p] = _mm256_add_ps(lanes.part[p], term(LoadSome(a + i, some), LoadSome(b + i, some)));
  }
  return Fold(lanes);
}

LAKE_AVX2 float Dot(const float* a, const float* b, size_t count) { return Sum(a, b, count, Product{}); }

LAKE_AVX2 float SquaredDistance(const float* a, float factor_a, const float* b, float factor_b,
                                size_t count) {
  return Sum(a, b, count, SquaredDifference{_mm256_set1_ps(factor_a), _mm256_set1_ps(factor_b)});
}

LAKE_AVX2 size_t StrikeOut(const float* distances, const float* to, float alpha, size_t count, float* left) {
  const __m256 factor = _mm256_set1_ps(alpha);
  const __m256 struck_out = _mm256_set1_ps(kStruckOut);
  __m256 least = struck_out;
  for (size_t i = 0; i < count; i += 8) {
    const __m256 distance = _mm256_loadu_ps(distances + i);
    const __m256 limit = _mm256_mul_ps(factor, _mm256_loadu_ps(to + i));
    const __m256 some = _mm256_blendv_ps(distance, struck_out, _mm256_cmp_ps(limit, distance, _CMP_LT_OQ));
    _mm256_storeu_ps(left + i, some);
    least = _mm256_min_ps(least, some);
  }
  float of_lanes[8];
  _mm256_storeu_ps(of_lanes, least);
  const __m256 wanted = _mm256_set1_ps(*std::ranges::min_element(of_lanes));
  for (size_t i = 0;; i += 8) {
    const int equal = _mm256_movemask_ps(_mm256_cmp_ps(_mm256_loadu_ps(left + i), wanted, _CMP_EQ_OQ));
    if (equal != 0) return i + static_cast<size_t>(std::countr_zero(static_cast<unsigned>(equal)));
  }
}

/// Strides 1, 2 and 4 of eight values: sums where the mask has no bit, differences where it has.
LAKE_AVX2 inline __m256 EightStrides(__m256 x) {
  const __m256 by_one = _mm256_shuffle_ps(x, x, 0xB1);
  x = _mm256_blend_ps(_mm256_add_ps(x, by_one), _mm256_sub_ps(by_one, x), 0xAA);
  const __m256 by_two = _mm256_shuffle_ps(x, x, 0x4E);
  x = _mm256_blend_ps(_mm256_add_ps(x, by_two), _mm256_sub_ps(by_two, x), 0xCC);
  const __m256 by_four = _mm256_permute2f128_ps(x, x, 0x01);
  return _mm256_blend_ps(_mm256_add_ps(x, by_four), _mm256_sub_ps(by_four, x), 0xF0);
}

}  // namespace

LAKE_AVX2 void HadamardAvx2(float* values, size_t length) {
  constexpr size_t kInRegisters = 32;
  if (length < kInRegisters) return HadamardFrom(1, values, length);
  for (float* some = values; some < values + length; some += kInRegisters) {
    __m256 x[4];
    for (size_t i = 0; i < 4; ++i) x[i] = EightStrides(_mm256_loadu_ps(some + 8 * i));
    TwoStrides(&x[0], &x[1], &x[2], &x[3]);
    for (size_t i = 0; i < 4; ++i) _mm256_storeu_ps(some + 8 * i, x[i]);
  }
  HadamardFrom(kInRegisters, values, length);
}

const Kernels kAvx2Kernels = {.target = Target::kAvx2,
                              .join_halves = JoinHalves,
                              .dot_halves = DotHalves,
                              .dot_halves_at = DotHalvesAt<DotHalves>,
                              .first_lines_at = FirstLinesAt<SumsOfLine>,
                              .pack_origins = PackInPanel,
                              .panel_distances = PanelDistances,
                              .dot = Dot,
                              .squared_distance = SquaredDistance,
                              .strike_out = StrikeOut,
                              .hadamard = HadamardAvx2};

}  // namespace lake::ann
#endif
