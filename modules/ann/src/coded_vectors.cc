#include "coded_vectors.h"

namespace lake::ann {

CodedVectors::CodedVectors(const Kernels& kernels, const Matrix& vectors, std::span<const uint64_t> ids,
                           Metric metric, ThreadTeam* team)
    : vectors_(vectors),
      ids_(ids.begin(), ids.end()),
      space_(CodeSpace::Train(vectors, metric, kernels, team)),
      high_(vectors.rows * space_.half_bytes()),
      low_(vectors.rows * space_.half_bytes()),
      terms_(vectors.rows),
      high_residuals_(vectors.rows) {
  Encode(team);
  distinct_ = FindDistinctRows(rows());
}

CodedRows CodedVectors::rows() const {
  return {.space = &space_,
          .high = high_.data(),
          .low = low_.data(),
          .terms = terms_.data(),
          .vectors = vectors_.data,
          .count = vectors_.rows};
}

std::span<const uint32_t> CodedVectors::graph_members() const {
  if (vectors_.rows <= kRowsWorthAGraph) return {};
  return distinct_.members;
}

void CodedVectors::Encode(ThreadTeam* team) {
  constexpr size_t kRowsAtOnce = 256;
  team->ForEachPiece(vectors_.rows, kRowsAtOnce, [&](size_t, size_t begin, size_t end) {
    for (size_t row = begin; row < end; ++row) {
      const size_t at = row * space_.half_bytes();
      const CodeSpace::RowCode code =
          space_.EncodeRow(vectors_.row(row), {.high = high_.data() + at, .low = low_.data() + at});
      terms_[row] = code.terms;
      high_residuals_[row] = code.high_residual;
    }
  });
}

}  // namespace lake::ann
