// The sets behind kernels.h, and what they share.
#pragma once

#include <algorithm>
#include <atomic>

#include "lake/ann/kernels.h"

namespace lake::ann {

extern const Kernels kScalarKernels;
#ifdef __x86_64__
extern const Kernels kAvx2Kernels;
extern const Kernels kAvx512VnniKernels;
#endif

/// What the sums of floats add up.
enum class Term { kProduct, kSquaredDifference };

/// Asks for all lines of one code. g++ 12 takes a loop of nothing but prefetches for dead and drops it; the
/// fence, which costs no instruction, keeps it.
inline void PrefetchBytes(const void* begin, size_t bytes) {
  for (size_t line = 0; line < bytes; line += kCodeAlignment) {
    __builtin_prefetch(static_cast<const char*>(begin) + line);
    std::atomic_signal_fence(std::memory_order_seq_cst);
  }
}

/// How many codes are asked for ahead of the one being summed: four codes of 768 bytes are about as many
/// lines as a core keeps in flight.
inline constexpr size_t kCodesAhead = 4;

template <int32_t (*kDot)(const int8_t*, const int8_t*, size_t)>
void DotCodesAt(const int8_t* query, const int8_t* codes, size_t bytes, std::span<const uint32_t> rows,
                int32_t* sums) {
  for (size_t i = 0; i < std::min(rows.size(), kCodesAhead); ++i)
    PrefetchBytes(codes + size_t{rows[i]} * bytes, bytes);
  for (size_t i = 0; i < rows.size(); ++i) {
    if (i + kCodesAhead < rows.size()) PrefetchBytes(codes + size_t{rows[i + kCodesAhead]} * bytes, bytes);
    sums[i] = kDot(query, codes + size_t{rows[i]} * bytes, bytes);
  }
}

}  // namespace lake::ann
