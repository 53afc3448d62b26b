#include "glance.h"

#include <cmath>

#include "kernel_sets.h"

namespace lake::ann {
namespace {

constexpr size_t kFewestLines = 3;
/// Standard deviations of what a part of a distance says of the whole.
constexpr float kSpare = 1.5F;

}  // namespace

Glance::Glance(const CodedRows& rows, Code code, const Origin& origin)
    : rows_(rows),
      origin_(origin),
      worth_it_(code == Code::kInt4 && rows.space->half_bytes() >= kFewestLines * kCodeAlignment) {
  constexpr auto kSeen = static_cast<float>(kElementsPerLine);
  const auto all = static_cast<float>(rows.space->dimensions());
  share_ = all / kSeen;
  // Of `kSeen` normal elements among `all`, drawn without putting any back.
  spare_ = 1 + kSpare * std::sqrt(2 / kSeen * std::max(0.0F, 1 - kSeen / all));
  if (!worth_it_) return;
  int32_t squares = 0;
  int32_t sum = 0;
  for (const int8_t element : std::span(origin.code).first<kElementsPerLine>()) {
    squares += element * element;
    sum += element;
  }
  squares_ = origin.terms.scale * origin.terms.scale * static_cast<float>(squares);
  sum_ = static_cast<float>(sum);
}

size_t Glance::Keep(float limit, std::span<uint32_t> some) const {
  if (!worth_it_ || std::isinf(limit)) return some.size();
  for (const uint32_t row : some) PrefetchBytes(rows_.terms + row, sizeof(CodeTerms));
  std::array<LineSums, kMaxRowsAtOnce> sums;
  rows_.space->kernels().first_lines_at(origin_.code.data(), rows_.high, rows_.space->half_bytes(), some,
                                        sums.data());
  size_t kept = 0;
  for (size_t i = 0; i < some.size(); ++i) {
    const uint32_t row = some[i];
    some[kept] = row;
    kept += static_cast<size_t>(MayBeWithin(limit, rows_.terms[row], sums[i]));
  }
  return kept;
}

bool Glance::MayBeWithin(float limit, const CodeTerms& terms, const LineSums& sums) const {
  // An element by its high half is 16 * half - 120, or 8 * (2 * half - 15).
  const float product = 16 * static_cast<float>(sums.product) - 120 * sum_;
  const float line = squares_ - 2 * origin_.terms.scale * terms.scale * product +
                     64 * terms.scale * terms.scale * static_cast<float>(sums.squares);
  // What a code leaves out makes a row seem farther than it is.
  const float left_out = rows_.space->MeanLeftOutByHigh(terms);
  if (rows_.space->metric() == Metric::kInnerProduct) limit -= terms.extra * terms.extra;
  return line * share_ <= (std::max(limit, 0.0F) + left_out) * spare_;
}

}  // namespace lake::ann
