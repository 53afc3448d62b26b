// The rows of a leaf compared each with each, and who of them leads elsewhere from one of them.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "code_panels.h"
#include "huge_array.h"
#include "leaves.h"
#include "neighbour_selection.h"

namespace lake::ann {

/// Kept from one leaf to the next. One thread at a time.
class LeafDistances {
 public:
  /// At least one row, at most kMaxLeafRows.
  void Compare(const CodedRows& rows, Code code, std::span<const uint32_t> leaf);

  /// Rows that choose side by side: what one waits for is hidden behind the others.
  static constexpr size_t kRowsTogether = 4;
  /// Chooses for rows leaf[begin] to leaf[begin + count - 1] among all of their leaf, by the rule; at most
  /// kRowsTogether.
  void Choose(size_t begin, size_t count, const SelectionRule& rule);
  /// Whom row leaf[begin + i] of the last Choose chose; sorted.
  std::span<const Candidate> chosen(size_t i) const { return choices_[i].chosen; }

 private:
  struct Choice {
    /// Those of its leaf that are neither chosen nor struck out.
    alignas(kCodeAlignment) std::array<float, kMaxLeafRows + kPanelCodes> left;
    size_t nearest;  ///< Of them.
    std::vector<Candidate> chosen;
  };

  float* block(size_t a, size_t b) { return distances_.data() + (a * stride_ + b) * kPanelCodes; }
  void SetGroup(const CodedRows& rows, Code code, std::span<const uint32_t> some);
  void Mirror(size_t a, size_t b);
  const float* from(size_t place) const { return distances_.data() + place * stride_; }

  const Kernels* kernels_ = nullptr;
  std::span<const uint32_t> leaf_;
  size_t stride_ = 0;
  RowPanels panels_;
  std::array<Origin, kPanelCodes> origins_;  ///< Of one panel.
  OriginGroup group_;
  HugeArray<float> distances_;  ///< Of the row at i to that at j, at i * stride + j.
  std::array<Choice, kRowsTogether> choices_;
};

}  // namespace lake::ann
