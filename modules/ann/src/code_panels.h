// Many codes compared with many: by kInt4 both sides are laid out in panels (kernels.h) first, so that what
// is read once is compared sixteen times and no sum is folded.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "coded_rows.h"

namespace lake::ann {

/// Elements of a panel: those of sixteen codes, four each.
struct alignas(kCodeAlignment) PanelLine {
  std::array<uint8_t, kCodeAlignment> bytes;
};

struct PanelRange {
  size_t first;
  size_t count;
};

/// Rows that distances are measured to, in panels of kPanelCodes; the last may have places left over.
class RowPanels {
 public:
  void Set(const CodedRows& rows, Code code, std::span<const uint32_t> some);

  size_t size() const { return (rows_.size() + kPanelCodes - 1) / kPanelCodes; }
  /// Those in a panel.
  std::span<const uint32_t> rows_of(size_t panel) const {
    const size_t begin = panel * kPanelCodes;
    return std::span(rows_).subspan(begin, std::min(kPanelCodes, rows_.size() - begin));
  }
  /// By kInt4.
  RowPanelRun run(PanelRange range) const;

 private:
  void Unpack(const CodedRows& rows, size_t panel);

  std::vector<uint32_t> rows_;
  size_t lines_ = 0;  ///< Of a panel.
  std::vector<PanelLine> elements_;
  std::vector<PanelTerms> terms_;
};

/// Up to kPanelCodes points that distances are measured from.
class OriginGroup {
 public:
  /// At least one; borrowed. They were made for `code`, which of queries is kInt4.
  void Set(const CodedRows& rows, Code code, std::span<const Origin* const> origins);

  /// to[r * stride + kPanelCodes * p + c]: the squared distance of origin r to row c of the panel first + p,
  /// for `count` panels and all kPanelCodes of both sides; where places are left over there is no saying what
  /// comes out.
  void Distances(const CodedRows& rows, const RowPanels& others, PanelRange panels, float* to,
                 size_t stride) const;

 private:
  Code code_ = Code::kInt4;
  size_t count_ = 0;
  std::array<const Origin*, kPanelCodes> origins_;
  std::vector<PanelLine> elements_;
  PanelTerms terms_ = {};
};

}  // namespace lake::ann
