#include "recall.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace lake::vector {
namespace {

/// Sums in another order differ by this much.
constexpr float kRounding = 1e-6F;

/// A hit counts when it is as near as the k-th nearest: which of several equally near ones is given is no
/// loss.
double Share(const ann::Answer& exact, const ann::Answer& found) {
  if (exact.hits.empty()) return 1;
  const float farthest = exact.hits.back().distance + kRounding;
  const auto good =
      std::ranges::count_if(found.hits, [&](const ann::Hit& hit) { return hit.distance <= farthest; });
  return std::min(1.0, static_cast<double>(good) / static_cast<double>(exact.hits.size()));
}

}  // namespace

Result<MeasuredRecall> MeasureRecall(const ann::Index& index, const ann::Matrix& queries, size_t ef_search,
                                     size_t threads, const CancelToken& cancel) {
  ann::SearchOptions options = {.k = kRecallK, .ef_search = ef_search};
  LAKE_ASSIGN_OR_RETURN(const std::vector<ann::Answer> found,
                        index.SearchBatch(queries, options, threads, cancel));
  options.precision = ann::Precision::kExact;
  LAKE_ASSIGN_OR_RETURN(const std::vector<ann::Answer> exact,
                        index.SearchBatch(queries, options, threads, cancel));
  double sum = 0;
  for (size_t i = 0; i < found.size(); ++i) sum += Share(exact[i], found[i]);
  const auto n = static_cast<double>(std::max<size_t>(found.size(), 1));
  const double mean = sum / n;
  constexpr double kZ = 1.959963984540054;  // 97.5 % of the normal distribution.
  const double centre = (mean + kZ * kZ / (2 * n)) / (1 + kZ * kZ / n);
  const double half = kZ * std::sqrt(mean * (1 - mean) / n + kZ * kZ / (4 * n * n)) / (1 + kZ * kZ / n);
  return MeasuredRecall{.k = kRecallK,
                        .queries = static_cast<uint32_t>(found.size()),
                        .mean = mean,
                        .low = std::max(0.0, centre - half),
                        .high = std::min(1.0, centre + half)};
}

}  // namespace lake::vector
