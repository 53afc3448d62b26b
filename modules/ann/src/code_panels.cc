#include "code_panels.h"

#include <algorithm>

#include "tile_transpose.h"

namespace lake::ann {
namespace {

static_assert(kTileLines == kPanelCodes);

void SetTerms(const CodeSpace& space, const CodeTerms& terms, size_t place, PanelTerms* to) {
  to->scale[place] = terms.scale;
  to->norm2[place] = terms.norm2;
  to->extra[place] = space.metric() == Metric::kInnerProduct ? terms.extra : 0;
}

}  // namespace

void RowPanels::Set(const CodedRows& rows, Code code, std::span<const uint32_t> some) {
  rows_.assign(some.begin(), some.end());
  if (code != Code::kInt4) return;
  lines_ = 2 * rows.space->half_bytes() * kPanelCodes / kCodeAlignment;
  if (elements_.size() < size() * lines_) elements_.resize(size() * lines_);
  if (terms_.size() < size()) terms_.resize(size());
  for (size_t panel = 0; panel < size(); ++panel) {
    if (panel + 1 < size())
      for (const uint32_t row : rows_of(panel + 1)) rows.Fetch(row, code);
    Unpack(rows, panel);
  }
}

void RowPanels::Unpack(const CodedRows& rows, size_t panel) {
  const std::span<const uint32_t> some = rows_of(panel);
  for (size_t i = 0; i < some.size(); ++i) SetTerms(*rows.space, rows.terms[some[i]], i, &terms_[panel]);
  // The last fills the places that are left over.
  std::array<const void*, kPanelCodes> begins;
  for (size_t i = 0; i < kPanelCodes; ++i) begins[i] = rows.high_of(some[std::min(i, some.size() - 1)]);
  std::array<PanelLine, kPanelCodes> packed;
  const std::span<PanelLine> elements = std::span(elements_).subspan(panel * lines_, lines_);
  for (size_t line = 0; line < elements.size(); line += 2 * kPanelCodes) {
    TransposeTile(begins, packed.data(), sizeof(PanelLine));
    for (size_t i = 0; i < kPanelCodes; ++i) {
      for (size_t j = 0; j < kCodeAlignment; ++j) {
        elements[line + i].bytes[j] = packed[i].bytes[j] & kLowHalf;
        elements[line + kPanelCodes + i].bytes[j] = packed[i].bytes[j] >> 4;
      }
    }
    for (const void*& begin : begins) begin = static_cast<const uint8_t*>(begin) + kCodeAlignment;
  }
}

RowPanelRun RowPanels::run(PanelRange range) const {
  return {.elements = elements_[range.first * lines_].bytes.data(),
          .terms = &terms_[range.first],
          .panels = range.count};
}

void OriginGroup::Set(const CodedRows& rows, Code code, std::span<const Origin* const> origins) {
  code_ = code;
  count_ = origins.size();
  std::ranges::copy(origins, origins_.begin());
  if (code != Code::kInt4) return;
  elements_.resize(2 * rows.space->half_bytes() * kPanelCodes / kCodeAlignment);
  for (size_t i = 0; i < origins.size(); ++i) {
    SetTerms(*rows.space, origins[i]->terms, i, &terms_);
    terms_.code_sum[i] = origins[i]->code_sum;
  }
  std::array<const int8_t*, kPanelCodes> codes;
  for (size_t i = 0; i < kPanelCodes; ++i) codes[i] = origins[std::min(i, origins.size() - 1)]->code.data();
  rows.space->kernels().pack_origins(codes, 2 * rows.space->half_bytes(),
                                     reinterpret_cast<int8_t*>(elements_.data()));
}

void OriginGroup::Distances(const CodedRows& rows, const RowPanels& others, PanelRange panels, float* to,
                            size_t stride) const {
  if (code_ != Code::kInt4) {
    for (size_t r = 0; r < count_; ++r)
      for (size_t p = 0; p < panels.count; ++p)
        rows.Distances(*origins_[r], code_, others.rows_of(panels.first + p),
                       to + r * stride + p * kPanelCodes);
    return;
  }
  const OriginPanel origins = {.elements = reinterpret_cast<const int8_t*>(elements_.data()),
                               .terms = &terms_};
  rows.space->kernels().panel_distances(origins, others.run(panels),
                                        2 * rows.space->half_bytes() * kPanelCodes, to, stride);
}

}  // namespace lake::ann
