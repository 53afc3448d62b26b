#include "leaf_distances.h"

#include <algorithm>
#include <array>

namespace lake::ann {

void LeafDistances::Compare(const CodedRows& rows, Code code, std::span<const uint32_t> leaf) {
  leaf_ = leaf;
  kernels_ = &rows.space->kernels();
  stride_ = (leaf.size() + kFloatsPerLine - 1) / kFloatsPerLine * kFloatsPerLine;
  if (distances_.size() < stride_ * stride_) distances_.resize(stride_ * stride_);
  rows.SetOrigins(leaf, code, &origins_);
  std::array<std::array<float, kMaxRowsAtOnce>, kQueriesTogether> some;
  for (size_t i = 0; i < leaf.size(); i += kQueriesTogether) {
    for (size_t begin = i; begin < leaf.size(); begin += kMaxRowsAtOnce) {
      const size_t count = std::min(kMaxRowsAtOnce, leaf.size() - begin);
      rows.DistancesFromFour(std::span(origins_).subspan(i).first<kQueriesTogether>(), code,
                             leaf.subspan(begin, count), some.data());
      for (size_t q = 0; q < kQueriesTogether; ++q)
        std::copy_n(some[q].begin(), count,
                    distances_.begin() + static_cast<std::ptrdiff_t>((i + q) * stride_ + begin));
      // The other way it is as far.
      for (size_t k = 0; k < count; ++k)
        for (size_t q = 0; q < kQueriesTogether; ++q) distances_[(begin + k) * stride_ + i + q] = some[q][k];
    }
  }
  // No row is its own neighbour, nor is what fills the lines.
  for (size_t i = 0; i < leaf.size(); ++i) {
    const auto to = std::span(distances_).subspan(i * stride_, stride_);
    to[i] = kStruckOut;
    std::ranges::fill(to.subspan(leaf.size()), kStruckOut);
  }
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
