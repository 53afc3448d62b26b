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
  if (distances_.size() < stride_ * stride_) distances_ = HugeArray<float>(stride_ * stride_);
  for (size_t a = 0; a < panels_.size(); ++a) {
    SetGroup(rows, code, panels_.rows_of(a));
    group_.Distances(rows, panels_, {.first = a, .count = panels_.size() - a}, block(a, a), stride_);
    for (size_t b = a + 1; b < panels_.size(); ++b) Mirror(a, b);
  }
  // No row is its own neighbour, nor is what fills the last panel.
  for (size_t i = 0; i < leaf.size(); ++i) {
    const auto to = std::span(distances_.data() + i * stride_, stride_);
    to[i] = kStruckOut;
    std::ranges::fill(to.subspan(leaf.size()), kStruckOut);
  }
}

void LeafDistances::SetGroup(const CodedRows& rows, Code code, std::span<const uint32_t> some) {
  std::array<const Origin*, kPanelCodes> origins;
  for (size_t i = 0; i < some.size(); ++i) {
    rows.SetOrigin(some[i], code, &origins_[i]);
    origins[i] = &origins_[i];
  }
  group_.Set(rows, code, std::span(origins).first(some.size()));
}

/// The other way it is as far.
void LeafDistances::Mirror(size_t a, size_t b) {
  std::array<const void*, kTileLines> lines;
  for (size_t i = 0; i < kTileLines; ++i) lines[i] = block(a, b) + i * stride_;
  TransposeTile(lines, block(b, a), stride_ * sizeof(float));
}

/// The nearest that is left is chosen, and strikes out those that are nearer to it.
void LeafDistances::Choose(size_t begin, size_t count, const SelectionRule& rule) {
  const std::span choices = std::span(choices_).first(count);
  for (size_t i = 0; i < count; ++i) {
    choices[i].chosen.clear();
    // None is nearer to the row than it is: nothing is struck out.
    choices[i].nearest =
        kernels_->strike_out(from(begin + i), from(begin + i), 1, stride_, choices[i].left.data());
  }
  // Leaves are ascending, so ties by place were ties by row.
  for (size_t chosen = 1; chosen <= rule.degree; ++chosen) {
    for (Choice& choice : choices) {
      float& nearest = choice.left[choice.nearest];
      if (nearest == kStruckOut) continue;
      choice.chosen.push_back({nearest, leaf_[choice.nearest]});
      if (chosen == rule.degree) continue;
      nearest = kStruckOut;
      choice.nearest = kernels_->strike_out(choice.left.data(), from(choice.nearest), rule.alpha, stride_,
                                            choice.left.data());
    }
  }
}

}  // namespace lake::ann
