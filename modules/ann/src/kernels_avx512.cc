// For x86 processors with AVX-512 and VNNI (Ice Lake, Zen 4 and later). As in kernels_avx2.cc, functions
// carry their target.
#ifdef __x86_64__
// The header of g++ 12 itself uses a register it calls undefined (gcc bug 105593).
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wuninitialized"
#endif
#include <immintrin.h>

#include <bit>
#include <utility>

#include "kernel_sets.h"

#define LAKE_AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni")))

namespace lake::ann {
namespace {

LAKE_AVX512 int32_t JoinHalves(const uint8_t* high, const uint8_t* low, size_t bytes, int8_t* code) {
  const __m512i low_half = _mm512_set1_epi8(15);
  const __m512i bias = _mm512_set1_epi8(-128);
  const __m512i ones = _mm512_set1_epi8(1);
  __m512i lows = _mm512_set1_epi8(static_cast<char>(kHalfSteps));
  __m512i sum = _mm512_setzero_si512();
  for (size_t i = 0; i < bytes; i += 64) {
    const __m512i highs = _mm512_loadu_si512(high + i);
    if (low != nullptr) lows = _mm512_loadu_si512(low + i);
    const __m512i first = _mm512_or_si512(_mm512_slli_epi16(_mm512_and_si512(highs, low_half), 4),
                                          _mm512_and_si512(lows, low_half));
    const __m512i second = _mm512_or_si512(_mm512_andnot_si512(low_half, highs),
                                           _mm512_and_si512(_mm512_srli_epi16(lows, 4), low_half));
    const __m512i elements[] = {_mm512_xor_si512(first, bias), _mm512_xor_si512(second, bias)};
    _mm512_storeu_si512(code + 2 * i, elements[0]);
    _mm512_storeu_si512(code + 2 * i + 64, elements[1]);
    sum = _mm512_dpbusd_epi32(_mm512_dpbusd_epi32(sum, ones, elements[0]), ones, elements[1]);
  }
  return _mm512_reduce_add_epi32(sum);
}

/// vpdpbusd wants one unsigned side, which halves are.
LAKE_AVX512 int32_t DotHalves(const int8_t* query, const uint8_t* halves, size_t bytes) {
  const __m512i low_half = _mm512_set1_epi8(15);
  __m512i low = _mm512_setzero_si512();
  __m512i high = _mm512_setzero_si512();
  for (size_t i = 0; i < bytes; i += 64) {
    const __m512i both = _mm512_loadu_si512(halves + i);
    low = _mm512_dpbusd_epi32(low, _mm512_and_si512(both, low_half), _mm512_loadu_si512(query + 2 * i));
    high = _mm512_dpbusd_epi32(high, _mm512_and_si512(_mm512_srli_epi16(both, 4), low_half),
                               _mm512_loadu_si512(query + 2 * i + 64));
  }
  return _mm512_reduce_add_epi32(_mm512_add_epi32(low, high));
}

LAKE_AVX512 void FirstLinesAt(const int8_t* query, const uint8_t* halves, size_t bytes,
                              std::span<const uint32_t> rows, LineSums* sums) {
  const __m512i low_half = _mm512_set1_epi8(15);
  const __m512i query_low = _mm512_loadu_si512(query);
  const __m512i query_high = _mm512_loadu_si512(query + 64);
  const __m512i zero = _mm512_setzero_si512();
  FetchFirstLines(halves, bytes, rows.first(std::min(rows.size(), kLinesAhead)));
  for (size_t i = 0; i < rows.size(); ++i) {
    if (i + kLinesAhead < rows.size()) FetchFirstLines(halves, bytes, rows.subspan(i + kLinesAhead, 1));
    const __m512i both = _mm512_loadu_si512(halves + size_t{rows[i]} * bytes);
    const __m512i low = _mm512_and_si512(both, low_half);
    const __m512i high = _mm512_and_si512(_mm512_srli_epi16(both, 4), low_half);
    const __m512i product = _mm512_dpbusd_epi32(_mm512_dpbusd_epi32(zero, low, query_low), high, query_high);
    const __m512i squares =
        _mm512_dpbusd_epi32(_mm512_dpbusd_epi32(zero, low, _mm512_sub_epi8(low, low_half)), high,
                            _mm512_sub_epi8(high, low_half));
    // Both folded at once: products in the even lanes, squares in the odd ones.
    const __m512i sixteen =
        _mm512_add_epi32(_mm512_unpacklo_epi32(product, squares), _mm512_unpackhi_epi32(product, squares));
    const __m256i eight =
        _mm256_add_epi32(_mm512_castsi512_si256(sixteen), _mm512_extracti64x4_epi64(sixteen, 1));
    const __m128i four = _mm_add_epi32(_mm256_castsi256_si128(eight), _mm256_extracti128_si256(eight, 1));
    const __m128i two = _mm_add_epi32(four, _mm_unpackhi_epi64(four, four));
    sums[i] = {.product = _mm_cvtsi128_si32(two), .squares = 4 * _mm_extract_epi32(two, 1) + kSquaresBias};
  }
}

/// The sums of each of four, side by side: one after another they would take as long as the products.
LAKE_AVX512 inline __m128i FoldFour(const __m512i* sum) {
  const __m512i of_two =
      _mm512_add_epi32(_mm512_unpacklo_epi32(sum[0], sum[1]), _mm512_unpackhi_epi32(sum[0], sum[1]));
  const __m512i of_others =
      _mm512_add_epi32(_mm512_unpacklo_epi32(sum[2], sum[3]), _mm512_unpackhi_epi32(sum[2], sum[3]));
  const __m512i of_all =
      _mm512_add_epi32(_mm512_unpacklo_epi64(of_two, of_others), _mm512_unpackhi_epi64(of_two, of_others));
  const __m256i eight =
      _mm256_add_epi32(_mm512_castsi512_si256(of_all), _mm512_extracti64x4_epi64(of_all, 1));
  return _mm_add_epi32(_mm256_castsi256_si128(eight), _mm256_extracti128_si256(eight, 1));
}

/// Four rows at once: the query is read once for all of them.
LAKE_AVX512 void DotHalvesAt(const int8_t* query, const uint8_t* halves, size_t bytes,
                             std::span<const uint32_t> rows, int32_t* sums) {
  const __m512i low_half = _mm512_set1_epi8(15);
  const size_t ahead = RowsAhead(bytes);
  FetchRows(halves, bytes, rows.first(std::min(rows.size(), ahead)));
  size_t r = 0;
  for (; r + 4 <= rows.size(); r += 4) {
    if (r + ahead < rows.size())
      FetchRows(halves, bytes, rows.subspan(r + ahead, std::min<size_t>(4, rows.size() - r - ahead)));
    const uint8_t* row[4];
    for (size_t i = 0; i < 4; ++i) row[i] = halves + size_t{rows[r + i]} * bytes;
    __m512i sum[4] = {_mm512_setzero_si512(), _mm512_setzero_si512(), _mm512_setzero_si512(),
                      _mm512_setzero_si512()};
    for (size_t at = 0; at < bytes; at += 64) {
      const __m512i query_low = _mm512_loadu_si512(query + 2 * at);
      const __m512i query_high = _mm512_loadu_si512(query + 2 * at + 64);
      for (size_t i = 0; i < 4; ++i) {
        const __m512i both = _mm512_loadu_si512(row[i] + at);
        sum[i] = _mm512_dpbusd_epi32(sum[i], _mm512_and_si512(both, low_half), query_low);
        sum[i] =
            _mm512_dpbusd_epi32(sum[i], _mm512_and_si512(_mm512_srli_epi16(both, 4), low_half), query_high);
      }
    }
    _mm_storeu_si128(reinterpret_cast<__m128i*>(sums + r), FoldFour(sum));
  }
  for (; r < rows.size(); ++r) sums[r] = DotHalves(query, halves + size_t{rows[r]} * bytes, bytes);
}

/// sums[16 * r + c] of the products of origin r with row c. A fold over the places, not a loop: of an array
/// that a loop runs over, g++ 12 keeps a part in memory.
template <size_t... kPlace>
LAKE_AVX512 inline void PanelSums(const int8_t* origins, const uint8_t* rows, size_t bytes, int32_t* sums,
                                  std::index_sequence<kPlace...>) {
  __m512i sum[] = {((void)kPlace, _mm512_setzero_si512())...};
  for (size_t i = 0; i < bytes; i += kCodeAlignment) {
    const __m512i halves = _mm512_loadu_si512(rows + i);
    const int8_t* of_origins = origins + i;
    ((sum[kPlace] =
          _mm512_dpbusd_epi32(sum[kPlace], halves, _mm512_set1_epi32(FourElements(of_origins + 4 * kPlace)))),
     ...);
  }
  (_mm512_storeu_si512(sums + kPanelCodes * kPlace, sum[kPlace]), ...);
}

LAKE_AVX512 void PanelDistances(const OriginPanel& origins, const RowPanelRun& rows, size_t bytes,
                                float* distances, size_t stride) {
  int32_t sums[kPanelCodes * kPanelCodes];
  for (size_t p = 0; p < rows.panels; ++p) {
    PanelSums(origins.elements, rows.elements + p * bytes, bytes, sums,
              std::make_index_sequence<kPanelCodes>());
    SumsToDistances(*origins.terms, rows.terms[p], sums, distances + p * kPanelCodes, stride);
  }
}

LAKE_AVX512 inline float Fold(__m512 low, __m512 high) {
  const __m512 sixteen = _mm512_add_ps(low, high);
  const __m256 eight = _mm256_add_ps(_mm512_castps512_ps256(sixteen), _mm512_extractf32x8_ps(sixteen, 1));
  __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
  four = _mm_add_ps(four, _mm_movehl_ps(four, four));
  four = _mm_add_ss(four, _mm_shuffle_ps(four, four, 1));
  return _mm_cvtss_f32(four);
}

struct Product {
  LAKE_AVX512 __m512 operator()(__m512 a, __m512 b) const { return _mm512_mul_ps(a, b); }
};

struct SquaredDifference {
  __m512 factor_a;
  __m512 factor_b;
  LAKE_AVX512 __m512 operator()(__m512 a, __m512 b) const {
    const __m512 difference = _mm512_sub_ps(_mm512_mul_ps(a, factor_a), _mm512_mul_ps(b, factor_b));
    return _mm512_mul_ps(difference, difference);
  }
};

/// The first `count` of sixteen floats (none when it is not positive, all when it is more), zeros for the
/// rest.
LAKE_AVX512 inline __m512 LoadSome(const float* from, size_t begin, size_t end) {
  const size_t count = begin < end ? std::min<size_t>(16, end - begin) : 0;
  return _mm512_maskz_loadu_ps(static_cast<__mmask16>((1U << count) - 1), from + std::min(begin, end));
}

/// Adds up term(a[i], b[i]).
template <class Term>
LAKE_AVX512 inline float Sum(const float* a, const float* b, size_t count, const Term& term) {
  __m512 low = _mm512_setzero_ps();
  __m512 high = _mm512_setzero_ps();
  size_t i = 0;
  for (; i + kFloatLanes <= count; i += kFloatLanes) {
    low = _mm512_add_ps(low, term(_mm512_loadu_ps(a + i), _mm512_loadu_ps(b + i)));
    high = _mm512_add_ps(high, term(_mm512_loadu_ps(a + i + 16), _mm512_loadu_ps(b + i + 16)));
  }
  low = _mm512_add_ps(low, term(LoadSome(a, i, count), LoadSome(b, i, count)));
  high = _mm512_add_ps(high, term(LoadSome(a, i + 16, count), LoadSome(b, i + 16, count)));
  return Fold(low, high);
}

LAKE_AVX512 float Dot(const float* a, const float* b, size_t count) { return Sum(a, b, count, Product{}); }

LAKE_AVX512 float SquaredDistance(const float* a, float factor_a, const float* b, float factor_b,
                                  size_t count) {
  return Sum(a, b, count, SquaredDifference{_mm512_set1_ps(factor_a), _mm512_set1_ps(factor_b)});
}

/// Of every sixteenth distance, the least and its place.
struct Least {
  __m512 distance;
  __m512i place;
};

/// Strikes out of one line.
LAKE_AVX512 inline void StrikeOutLine(const float* distances, const float* to, __m512 alpha, __m512i places,
                                      float* left, Least* least) {
  const __m512 distance = _mm512_loadu_ps(distances);
  const __m512 limit = _mm512_mul_ps(alpha, _mm512_loadu_ps(to));
  const __m512 some = _mm512_mask_mov_ps(distance, _mm512_cmp_ps_mask(limit, distance, _CMP_LT_OQ),
                                         _mm512_set1_ps(kStruckOut));
  _mm512_storeu_ps(left, some);
  const __mmask16 less = _mm512_cmp_ps_mask(some, least->distance, _CMP_LT_OQ);
  least->distance = _mm512_min_ps(least->distance, some);
  least->place = _mm512_mask_mov_epi32(least->place, less, places);
}

LAKE_AVX512 size_t StrikeOut(const float* distances, const float* to, float alpha, size_t count,
                             float* left) {
  const __m512 factor = _mm512_set1_ps(alpha);
  const __m512i next_line = _mm512_set1_epi32(kFloatsPerLine);
  __m512i places = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  // Two, so that neither waits for the other.
  Least even = {_mm512_set1_ps(kStruckOut), places};
  Least odd = even;
  size_t i = 0;
  for (; i + 2 * kFloatsPerLine <= count; i += 2 * kFloatsPerLine) {
    StrikeOutLine(distances + i, to + i, factor, places, left + i, &even);
    places = _mm512_add_epi32(places, next_line);
    StrikeOutLine(distances + i + kFloatsPerLine, to + i + kFloatsPerLine, factor, places,
                  left + i + kFloatsPerLine, &odd);
    places = _mm512_add_epi32(places, next_line);
  }
  if (i < count) StrikeOutLine(distances + i, to + i, factor, places, left + i, &even);
  const __m512 wanted = _mm512_set1_ps(_mm512_reduce_min_ps(_mm512_min_ps(even.distance, odd.distance)));
  const __m512i none = _mm512_set1_epi32(std::numeric_limits<int32_t>::max());
  const __m512i of_even =
      _mm512_mask_mov_epi32(none, _mm512_cmp_ps_mask(even.distance, wanted, _CMP_EQ_OQ), even.place);
  const __m512i of_odd =
      _mm512_mask_mov_epi32(none, _mm512_cmp_ps_mask(odd.distance, wanted, _CMP_EQ_OQ), odd.place);
  return static_cast<size_t>(_mm512_reduce_min_epi32(_mm512_min_epi32(of_even, of_odd)));
}

}  // namespace

const Kernels kAvx512VnniKernels = {.target = Target::kAvx512Vnni,
                                    .join_halves = JoinHalves,
                                    .dot_halves = DotHalves,
                                    .dot_halves_at = DotHalvesAt,
                                    .first_lines_at = FirstLinesAt,
                                    .pack_origins = PackInPanel,
                                    .panel_distances = PanelDistances,
                                    .dot = Dot,
                                    .squared_distance = SquaredDistance,
                                    .strike_out = StrikeOut,
                                    .hadamard = HadamardAvx2};

}  // namespace lake::ann
#endif
