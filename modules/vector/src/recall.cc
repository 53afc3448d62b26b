#include "recall.h"

#include <algorithm>
#include <vector>

#include "lake/ann/recall.h"

namespace lake::vector {
namespace {

double Share(const ann::Answer& exact, const ann::Answer& found) {
  if (exact.hits.empty()) return 1;
  const ann::GroundTruth truth = ann::GroundTruthOf(exact.hits);
  return static_cast<double>(ann::CountFound(found.hits, truth)) / static_cast<double>(truth.count);
}

}  // namespace

Result<MeasuredRecall> MeasureRecall(const ann::Index& index, const ann::Matrix& queries,
                                     const WalkSettings& walk, size_t threads, const CancelToken& cancel) {
  ann::SearchOptions options = {
      .k = kRecallK, .ef_search = walk.ef_search, .rerank = walk.rerank, .code = walk.code};
  LAKE_ASSIGN_OR_RETURN(const std::vector<ann::Answer> found,
                        index.SearchBatch(queries, options, threads, cancel));
  options.precision = ann::Precision::kExact;
  LAKE_ASSIGN_OR_RETURN(const std::vector<ann::Answer> exact,
                        index.SearchBatch(queries, options, threads, cancel));
  double sum = 0;
  for (size_t i = 0; i < found.size(); ++i) sum += Share(exact[i], found[i]);
  const double mean = sum / static_cast<double>(std::max<size_t>(found.size(), 1));
  const ann::Interval interval = ann::WilsonInterval(mean, found.size());
  return MeasuredRecall{.k = kRecallK,
                        .queries = static_cast<uint32_t>(found.size()),
                        .mean = mean,
                        .low = interval.low,
                        .high = interval.high};
}

}  // namespace lake::vector
