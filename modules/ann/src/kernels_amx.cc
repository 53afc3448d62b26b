// For x86 processors with AMX (Sapphire Rapids and later): sixteen codes with sixteen are one instruction for
// every 64 elements. What is compared one by one gains nothing from it. As in kernels_avx2.cc, functions
// carry their target.
#ifdef __x86_64__
#include <immintrin.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kernel_sets.h"

#define LAKE_AMX __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,amx-tile,amx-int8")))

namespace lake::ann {
namespace {

/// A tile register has sixteen lines of a cache line each. As first operand of a product a line is 64
/// elements of one code; as second it is four elements of each of sixteen, as in a panel.
constexpr size_t kTileBytes = kPanelCodes * kCodeAlignment;
constexpr size_t kTiles = 8;

/// What LDTILECFG reads, by its layout in the manual of the processor.
struct alignas(kCodeAlignment) TileShapes {
  uint8_t palette = 1;
  uint8_t start_line = 0;
  std::array<uint8_t, 14> reserved = {};
  std::array<uint16_t, 2 * kTiles> bytes_of_line = {};
  std::array<uint8_t, 2 * kTiles> lines = {};
};
static_assert(sizeof(TileShapes) == 64);

constexpr TileShapes AllWhole() {
  TileShapes shapes;
  for (size_t tile = 0; tile < kTiles; ++tile) {
    shapes.bytes_of_line[tile] = kCodeAlignment;
    shapes.lines[tile] = kPanelCodes;
  }
  return shapes;
}
constexpr TileShapes kAllWhole = AllWhole();

using PanelSums = std::array<int32_t, kPanelCodes * kPanelCodes>;

/// sums[16 * r + c] of the products of origin r with row c.
LAKE_AMX inline void SumsOfPanel(const int8_t* origins, const uint8_t* rows, size_t bytes, PanelSums* sums) {
  _tile_zero(0);
  for (size_t i = 0; i < bytes; i += kTileBytes) {
    _tile_loadd(2, origins + i, kCodeAlignment);
    _tile_loadd(3, rows + i, kCodeAlignment);
    _tile_dpbsud(0, 2, 3);
  }
  _tile_stored(0, sums->data(), kCodeAlignment);
}

/// Of two panels: while a product is under way the other begins, and origins are read once.
LAKE_AMX inline void SumsOfTwo(const int8_t* origins, const uint8_t* rows, size_t bytes, PanelSums* sums) {
  _tile_zero(0);
  _tile_zero(1);
  for (size_t i = 0; i < bytes; i += kTileBytes) {
    _tile_loadd(2, origins + i, kCodeAlignment);
    _tile_loadd(3, rows + i, kCodeAlignment);
    _tile_dpbsud(0, 2, 3);
    _tile_loadd(4, rows + bytes + i, kCodeAlignment);
    _tile_dpbsud(1, 2, 4);
  }
  _tile_stored(0, sums[0].data(), kCodeAlignment);
  _tile_stored(1, sums[1].data(), kCodeAlignment);
}

/// Origins one after another, 64 elements of each.
void PackInTiles(const std::array<const int8_t*, kPanelCodes>& codes, size_t elements, int8_t* panel) {
  for (size_t begin = 0; begin < elements; begin += kCodeAlignment)
    for (size_t r = 0; r < kPanelCodes; ++r)
      std::memcpy(panel + kPanelCodes * begin + kCodeAlignment * r, codes[r] + begin, kCodeAlignment);
}

LAKE_AMX void PanelDistances(const OriginPanel& origins, const RowPanelRun& rows, size_t bytes,
                             float* distances, size_t stride) {
  alignas(kCodeAlignment) std::array<PanelSums, 2> sums;
  // g++ 12 does not know that _tile_loadd reads what it points to: what was written must be in memory.
  std::atomic_signal_fence(std::memory_order_seq_cst);
  // For this call alone: the kernel saves tiles whenever it suspends a thread that holds some.
  _tile_loadconfig(&kAllWhole);
  size_t p = 0;
  for (; p + 2 <= rows.panels; p += 2) {
    SumsOfTwo(origins.elements, rows.elements + p * bytes, bytes, sums.data());
    for (size_t i = 0; i < 2; ++i)
      SumsToDistances(*origins.terms, rows.terms[p + i], sums[i].data(), distances + (p + i) * kPanelCodes,
                      stride);
  }
  if (p < rows.panels) {
    SumsOfPanel(origins.elements, rows.elements + p * bytes, bytes, sums.data());
    SumsToDistances(*origins.terms, rows.terms[p], sums[0].data(), distances + p * kPanelCodes, stride);
  }
  _tile_release();
}

}  // namespace

bool AmxInt8IsAvailable() {
  // Of Linux's arch_prctl, in headers newer than Debian 12's C library.
  constexpr int kRequestPermission = 0x1023;
  constexpr int kTileData = 18;
  return __builtin_cpu_supports("amx-int8") && syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
}

Kernels AmxInt8Kernels() {
  Kernels kernels = kAvx512VnniKernels;
  kernels.target = Target::kAmxInt8;
  kernels.pack_origins = PackInTiles;
  kernels.panel_distances = PanelDistances;
  return kernels;
}

}  // namespace lake::ann
#endif
