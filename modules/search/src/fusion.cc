#include "fusion.h"

#include <algorithm>
#include <unordered_map>

namespace lake::search {
namespace {

constexpr double kRankOffset = 60;

}  // namespace

std::vector<FusedRow> Fuse(std::span<const RankedRow> by_vector, std::span<const RankedRow> by_text,
                           size_t k) {
  std::unordered_map<uint64_t, FusedRow> rows;
  const auto add = [&](std::span<const RankedRow> list, std::optional<double> FusedRow::* stage) {
    for (size_t rank = 0; rank < list.size(); ++rank) {
      FusedRow& row = rows[list[rank].row];
      row.row = list[rank].row;
      row.score += 1 / (kRankOffset + static_cast<double>(rank + 1));
      row.*stage = list[rank].score;
    }
  };
  add(by_vector, &FusedRow::vector_score);
  add(by_text, &FusedRow::text_score);
  std::vector<FusedRow> fused;
  for (const auto& [number, row] : rows) fused.push_back(row);
  std::ranges::sort(fused, [](const FusedRow& a, const FusedRow& b) {
    return a.score != b.score ? a.score > b.score : a.row < b.row;
  });
  if (fused.size() > k) fused.resize(k);
  return fused;
}

}  // namespace lake::search
