// The meaning of every kernel, in plain C++; compilers make SSE2 of it.
#include <array>

#include "kernel_sets.h"
#include "tile_transpose.h"

namespace lake::ann {
namespace {

using Lanes = std::array<float, kFloatLanes>;

/// One line.
int32_t JoinLine(const uint8_t* __restrict high, const uint8_t* __restrict low, int8_t* __restrict code) {
  for (size_t j = 0; j < kCodeAlignment; ++j)
    code[j] = static_cast<int8_t>(((high[j] << 4) | (low[j] & 15)) ^ 128);
  for (size_t j = 0; j < kCodeAlignment; ++j)
    code[kCodeAlignment + j] = static_cast<int8_t>(((high[j] & 0xF0) | (low[j] >> 4)) ^ 128);
  int32_t sum = 0;
  for (size_t j = 0; j < kElementsPerLine; ++j) sum += code[j];
  return sum;
}

int32_t JoinHalves(const uint8_t* high, const uint8_t* low, size_t bytes, int8_t* code) {
  std::array<uint8_t, kCodeAlignment> half_steps;
  half_steps.fill(kHalfSteps);
  int32_t sum = 0;
  for (size_t line = 0; line < bytes; line += kCodeAlignment)
    sum += JoinLine(high + line, low != nullptr ? low + line : half_steps.data(), code + 2 * line);
  return sum;
}

int32_t DotHalves(const int8_t* query, const uint8_t* halves, size_t bytes) {
  int32_t sum = 0;
  for (size_t line = 0; line < bytes; line += kCodeAlignment)
    for (size_t j = 0; j < kCodeAlignment; ++j) {
      const uint8_t both = halves[line + j];
      sum += int32_t{query[2 * line + j]} * (both & 15);
      sum += int32_t{query[2 * line + kCodeAlignment + j]} * (both >> 4);
    }
  return sum;
}

LineSums SumsOfLine(const int8_t* query, const uint8_t* halves) {
  LineSums sums = {.product = DotHalves(query, halves, kCodeAlignment)};
  for (size_t j = 0; j < kCodeAlignment; ++j)
    for (const int32_t half : {halves[j] & 15, halves[j] >> 4})
      sums.squares += (2 * half - 15) * (2 * half - 15);
  return sums;
}

/// As many lines of a panel as sums in 16 bits are sure to hold: 16 * 127 * 15 is less than 2^15.
constexpr size_t kLinesIn16Bits = 16;

/// Adds the products of one origin, whose first elements begin at `origin`, with sixteen rows to `sums`.
void AddProducts(const int8_t* origin, const int16_t* rows, size_t bytes, int32_t* __restrict sums) {
  constexpr size_t kLanes = 8;
  std::array<int16_t, kCodeAlignment> products = {};
  for (size_t line = 0; line < bytes; line += kCodeAlignment) {
    std::array<int16_t, kLanes> elements;
    for (size_t j = 0; j < kLanes; ++j) elements[j] = int16_t{origin[line + j % 4]};
    for (size_t i = 0; i < kCodeAlignment; i += kLanes)
      for (size_t j = 0; j < kLanes; ++j)
        products[i + j] = static_cast<int16_t>(products[i + j] + elements[j] * rows[line + i + j]);
  }
  for (size_t c = 0; c < kPanelCodes; ++c)
    for (size_t j = 0; j < 4; ++j) sums[c] += products[4 * c + j];
}

void PanelSums(const int8_t* origins, const uint8_t* rows, size_t bytes, int32_t* sums) {
  std::fill_n(sums, kPanelCodes * kPanelCodes, 0);
  std::array<int16_t, kLinesIn16Bits * kCodeAlignment> wide;
  for (size_t begin = 0; begin < bytes; begin += wide.size()) {
    const size_t some = std::min(bytes - begin, wide.size());
    std::copy_n(rows + begin, some, wide.begin());
    for (size_t r = 0; r < kPanelCodes; ++r)
      AddProducts(origins + begin + 4 * r, wide.data(), some, sums + kPanelCodes * r);
  }
}

void PanelDistances(const OriginPanel& origins, const RowPanelRun& rows, size_t bytes, float* distances,
                    size_t stride) {
  std::array<int32_t, kPanelCodes * kPanelCodes> sums;
  for (size_t p = 0; p < rows.panels; ++p) {
    PanelSums(origins.elements, rows.elements + p * bytes, bytes, sums.data());
    SumsToDistances(*origins.terms, rows.terms[p], sums.data(), distances + p * kPanelCodes, stride);
  }
}

float Fold(Lanes* lanes) {
  for (size_t half = kFloatLanes / 2; half > 0; half /= 2)
    for (size_t i = 0; i < half; ++i) (*lanes)[i] += (*lanes)[i + half];
  return lanes->front();
}

/// Adds up term(a[i], b[i]).
template <class Term>
float Sum(const float* a, const float* b, size_t count, Term term) {
  Lanes lanes = {};
  const size_t whole = count / kFloatLanes * kFloatLanes;
  for (size_t i = 0; i < whole; i += kFloatLanes)
    for (size_t lane = 0; lane < kFloatLanes; ++lane) lanes[lane] += term(a[i + lane], b[i + lane]);
  for (size_t i = whole; i < count; ++i) lanes[i - whole] += term(a[i], b[i]);
  return Fold(&lanes);
}

float Dot(const float* a, const float* b, size_t count) {
  return Sum(a, b, count, [](float x, float y) { return x * y; });
}

float SquaredDistance(const float* a, float factor_a, const float* b, float factor_b, size_t count) {
  return Sum(a, b, count, [factor_a, factor_b](float x, float y) {
    const float difference = x * factor_a - y * factor_b;
    return difference * difference;
  });
}

size_t StrikeOut(const float* distances, const float* to, float alpha, size_t count, float* left) {
  std::array<float, kFloatsPerLine> least;
  least.fill(kStruckOut);
  for (size_t line = 0; line < count; line += kFloatsPerLine) {
    for (size_t i = 0; i < kFloatsPerLine; ++i) {
      const float distance = distances[line + i];
      left[line + i] = alpha * to[line + i] < distance ? kStruckOut : distance;
      least[i] = std::min(least[i], left[line + i]);
    }
  }
  return static_cast<size_t>(std::find(left, left + count, *std::ranges::min_element(least)) - left);
}

void Hadamard(float* values, size_t length) { HadamardFrom(1, values, length); }

}  // namespace

void PackInPanel(const std::array<const int8_t*, kPanelCodes>& codes, size_t elements, int8_t* panel) {
  static_assert(kTileLines == kPanelCodes);
  for (size_t begin = 0; begin < elements; begin += kCodeAlignment) {
    std::array<const void*, kTileLines> lines;
    for (size_t r = 0; r < kPanelCodes; ++r) lines[r] = codes[r] + begin;
    TransposeTile(lines, panel + kPanelCodes * begin, kCodeAlignment);
  }
}

const Kernels kScalarKernels = {.target = Target::kScalar,
                                .join_halves = JoinHalves,
                                .dot_halves = DotHalves,
                                .dot_halves_at = DotHalvesAt<DotHalves>,
                                .first_lines_at = FirstLinesAt<SumsOfLine>,
                                .pack_origins = PackInPanel,
                                .panel_distances = PanelDistances,
                                .dot = Dot,
                                .squared_distance = SquaredDistance,
                                .strike_out = StrikeOut,
                                .hadamard = Hadamard};

}  // namespace lake::ann
