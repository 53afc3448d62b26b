// The rows of a leaf compared each with each, and who of them leads elsewhere from one of them.
#pragma once

#include <span>
#include <vector>

#include "code_panels.h"
#include "neighbour_selection.h"

namespace lake::ann {

/// Kept from one leaf to the next. One thread at a time.
class LeafDistances {
 public:
  /// At least one row, at most kMaxLeafRows.
  void Compare(const CodedRows& rows, Code code, std::span<const uint32_t> leaf);

  /// Chooses for row leaf[place] among all of its leaf, by the rule; sorted. Valid until the next call.
  std::span<const Candidate> Choose(size_t place, const SelectionRule& rule);

 private:
  float* block(size_t a, size_t b) { return distances_.data() + (a * stride_ + b) * kPanelCodes; }
  void Mirror(size_t a, size_t b);
  const float* from(size_t place) const { return distances_.data() + place * stride_; }

  const Kernels* kernels_ = nullptr;
  std::span<const uint32_t> leaf_;
  size_t stride_ = 0;
  RowPanels panels_;
  Origins origins_;
  std::vector<float> distances_;  ///< Of the row at i to that at j, at i * stride + j.
  std::vector<float> left_;       ///< Of one row, those that are neither chosen nor struck out.
  std::vector<Candidate> chosen_;
};

}  // namespace lake::ann
