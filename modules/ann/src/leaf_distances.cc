#include "leaf_distances.h"

#include <algorithm>
#include <array>

#include "tile_transpose.h"

namespace lake::ann {

void LeafDistances::Compare(const CodedRows& rows, Code code, std::span<const uint32_t> leaf) {
  leaf_ = leaf;
  kernels_ = &rows.space->kernels();
  panels_.Set(rows, code, leaf);
  stride_ = panels_.size() * kPanelCodes;
  if (distances_.size() < stride_ * stride_) distances_.resize(stride_ * stride_);
  for (size_t a = 0; a < panels_.size(); ++a) {
    origins_.SetRows(rows, code, panels_.rows_of(a));
    for (size_t b = a; b < panels_.size(); ++b) {
      origins_.Distances(rows, panels_, b, block(a, b), stride_);
      if (b != a) Mirror(a, b);
    }
  }
  // No row is its own neighbour, nor is what fills the last panel.
  for (size_t i = 0; i < leaf.size(); ++i) {
    const auto to = std::span(distances_).subspan(i * stride_, stride_);
    to[i] = kStruckOut;
    std::ranges::fill(to.subspan(leaf.size()), kStruckOut);
  }
}

/// The other way it is as far.
void LeafDistances::Mirror(size_t a, size_t b) {
  std::array<const void*, kTileLines> lines;
  for (size_t i = 0; i < kTileLines; ++i) lines[i] = block(a, b) + i * stride_;
  TransposeTile(lines, block(b, a), stride_ * sizeof(float));
}

/// The nearest that is left is chosen, and strikes out those that are nearer to it.
std::span<const Candidate> LeafDistances::Choose(size_t place, const SelectionRule& rule) {
  left_.assign(from(place), from(place) + stride_);
  chosen_.clear();
  // None is nearer to the row than it is: nothing is struck out.
  size_t nearest = kernels_->strike_out(left_.data(), from(place), 1, stride_);
  while (left_[nearest] != kStruckOut) {
    chosen_.push_back({left_[nearest], leaf_[nearest]});
    if (chosen_.size() == rule.degree) break;
    left_[nearest] = kStruckOut;
    nearest = kernels_->strike_out(left_.data(), from(nearest), rule.alpha, stride_);
  }
  // Leaves are ascending, so ties by place were ties by row.
  return chosen_;
}

}  // namespace lake::ann
