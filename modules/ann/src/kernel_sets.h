// The sets behind kernels.h, and what they share.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstring>

#include "lake/ann/kernels.h"

namespace lake::ann {

extern const Kernels kScalarKernels;
#ifdef __x86_64__
extern const Kernels kAvx2Kernels;
extern const Kernels kAvx512VnniKernels;
/// Those of AVX-512 with panels compared by AMX.
Kernels AmxInt8Kernels();
/// Whether the processor has AMX for bytes, and the kernel lets this process use it; asks it to.
bool AmxInt8IsAvailable();
/// For both: longer registers gain nothing on a few hundred values.
void HadamardAvx2(float* values, size_t length);
#endif

/// pack_origins for sets that read origins four elements at a time: as rows lie in a panel.
void PackInPanel(const std::array<const int8_t*, kPanelCodes>& codes, size_t elements, int8_t* panel);

/// What stands for two low halves that are not known: 8 of 16 each.
inline constexpr uint8_t kHalfSteps = 0x88;

/// (2 * half - 15)^2 is 4 * half * (half - 15) + 225: that 225, of a line.
inline constexpr int32_t kSquaresBias = 225 * static_cast<int32_t>(kElementsPerLine);

/// Asks for all lines of one code. g++ 12 takes a loop of nothing but prefetches for dead and drops it; the
/// fence, which costs no instruction, keeps it.
inline void PrefetchBytes(const void* begin, size_t bytes) {
  for (size_t line = 0; line < bytes; line += kCodeAlignment) {
    __builtin_prefetch(static_cast<const char*>(begin) + line);
    std::atomic_signal_fence(std::memory_order_seq_cst);
  }
}

/// Two strides of hadamard at once, of four values.
template <class Value>
[[gnu::always_inline]] inline void TwoStrides(Value* a, Value* b, Value* c, Value* d) {
  const Value sum = *a + *b;
  const Value difference = *a - *b;
  const Value other_sum = *c + *d;
  const Value other_difference = *c - *d;
  *a = sum + other_sum;
  *b = difference + other_difference;
  *c = sum - other_sum;
  *d = difference - other_difference;
}

/// The strides of hadamard from `stride` on. Inlined into a function of a target it is compiled for that
/// target.
[[gnu::always_inline]] inline void HadamardFrom(size_t stride, float* values, size_t length) {
  for (; 2 * stride < length; stride *= 4) {
    for (size_t begin = 0; begin < length; begin += 4 * stride) {
      float* __restrict a = values + begin;
      float* __restrict b = a + stride;
      float* __restrict c = b + stride;
      float* __restrict d = c + stride;
      for (size_t i = 0; i < stride; ++i) TwoStrides(a + i, b + i, c + i, d + i);
    }
  }
  if (stride >= length) return;
  float* __restrict a = values;
  float* __restrict b = values + stride;
  for (size_t i = 0; i < stride; ++i) {
    const float sum = a[i] + b[i];
    b[i] = a[i] - b[i];
    a[i] = sum;
  }
}

/// Four elements of a code in a panel, as the bits of an integer.
inline int32_t FourElements(const int8_t* elements) {
  int32_t bits = 0;
  std::memcpy(&bits, elements, sizeof(bits));
  return bits;
}

/// Distances of panel_distances from the sums of products of origins' elements with rows' high halves,
/// sums[16 * r + c]: CodeSpace's ProductByHigh and CodeDistance. Inlined as HadamardFrom is.
[[gnu::always_inline]] inline void SumsToDistances(const PanelTerms& origins, const PanelTerms& rows,
                                                   const int32_t* __restrict sums,
                                                   float* __restrict distances, size_t stride) {
  const PanelTerms to = rows;
  for (size_t r = 0; r < kPanelCodes; ++r) {
    const int32_t half_steps = 120 * origins.code_sum[r];
    const float scale = origins.scale[r];
    const float norm2 = origins.norm2[r];
    const float extra = origins.extra[r];
    for (size_t c = 0; c < kPanelCodes; ++c) {
      const auto codes = static_cast<float>(16 * sums[kPanelCodes * r + c] - half_steps);
      const float product = scale * to.scale[c] * codes + extra * to.extra[c];
      distances[stride * r + c] = norm2 + to.norm2[c] - 2 * product;
    }
  }
}

/// How many bytes are asked for ahead of the row being summed: about as many lines as a core keeps in
/// flight.
inline constexpr size_t kBytesAhead = 3072;

inline size_t RowsAhead(size_t bytes) {
  return std::max<size_t>(1, kBytesAhead / std::max<size_t>(1, bytes));
}

inline void FetchRows(const uint8_t* halves, size_t bytes, std::span<const uint32_t> rows) {
  for (const uint32_t row : rows) PrefetchBytes(halves + size_t{row} * bytes, bytes);
}

template <int32_t (*kDot)(const int8_t*, const uint8_t*, size_t)>
void DotHalvesAt(const int8_t* query, const uint8_t* halves, size_t bytes, std::span<const uint32_t> rows,
                 int32_t* sums) {
  const size_t ahead = RowsAhead(bytes);
  FetchRows(halves, bytes, rows.first(std::min(rows.size(), ahead)));
  for (size_t i = 0; i < rows.size(); ++i) {
    if (i + ahead < rows.size()) FetchRows(halves, bytes, rows.subspan(i + ahead, 1));
    sums[i] = kDot(query, halves + size_t{rows[i]} * bytes, bytes);
  }
}

/// As many lines as a core keeps in flight.
inline constexpr size_t kLinesAhead = 16;

inline void FetchFirstLines(const uint8_t* halves, size_t bytes, std::span<const uint32_t> rows) {
  for (const uint32_t row : rows) PrefetchBytes(halves + size_t{row} * bytes, kCodeAlignment);
}

template <LineSums (*kSums)(const int8_t*, const uint8_t*)>
void FirstLinesAt(const int8_t* query, const uint8_t* halves, size_t bytes, std::span<const uint32_t> rows,
                  LineSums* sums) {
  FetchFirstLines(halves, bytes, rows.first(std::min(rows.size(), kLinesAhead)));
  for (size_t i = 0; i < rows.size(); ++i) {
    if (i + kLinesAhead < rows.size()) FetchFirstLines(halves, bytes, rows.subspan(i + kLinesAhead, 1));
    sums[i] = kSums(query, halves + size_t{rows[i]} * bytes);
  }
}

}  // namespace lake::ann
