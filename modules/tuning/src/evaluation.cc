#include "evaluation.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>

namespace lake::tuning {
namespace {

using Clock = std::chrono::steady_clock;

/// The first ones fetch the graph into the caches and grow the memory of searches.
constexpr size_t kWarmUpQueries = 200;
/// A median of so many is steady; at 50 ms each they take a second.
constexpr size_t kBruteForceQueries = 20;

double MicrosSince(Clock::time_point start) {
  return std::chrono::duration<double, std::micro>(Clock::now() - start).count();
}

Status CheckAlive(const CancelToken& cancel) {
  return cancel.cancelled() ? Status(cancel.error()) : Status();
}

}  // namespace

double RecallOf(const std::vector<uint32_t>& hits, const std::vector<ann::GroundTruth>& truths) {
  if (truths.empty()) return 0;
  const size_t k = truths.front().count;
  const auto queries = static_cast<double>(truths.size());
  if (k > 0 && std::ranges::all_of(truths, [k](const ann::GroundTruth& truth) { return truth.count == k; }))
    return std::accumulate(hits.begin(), hits.end(), 0.0) / (static_cast<double>(k) * queries);
  double shares = 0;
  for (size_t i = 0; i < hits.size(); ++i)
    shares += truths[i].count == 0 ? 1 : static_cast<double>(hits[i]) / static_cast<double>(truths[i].count);
  return shares / queries;
}

ann::SearchOptions SearchOptionsOf(const vector::HnswConfig& config, size_t k) {
  const vector::WalkSettings walk = vector::WalkOf(config);
  return {.k = k, .ef_search = walk.ef_search, .rerank = walk.rerank, .code = walk.code};
}

double Percentile(std::span<const double> ascending, double p) {
  if (ascending.empty()) return 0;
  const double rank = std::round(static_cast<double>(ascending.size() - 1) * p);
  return ascending[static_cast<size_t>(rank)];
}

Status WarmUp(const ann::Index& index, const AskedQueries& queries, const ann::SearchOptions& options,
              const CancelToken& cancel) {
  ann::SearchMemory memory;
  for (size_t i = 0; i < std::min(queries.count(), kWarmUpQueries); ++i) {
    LAKE_RETURN_IF_ERROR(CheckAlive(cancel));
    LAKE_RETURN_IF_ERROR(index.Search(queries.vector(i), options, cancel, &memory));
  }
  return {};
}

Result<Evaluation> Evaluate(const ann::Index& index, const AskedQueries& queries,
                            const ann::SearchOptions& options, const CancelToken& cancel) {
  LAKE_RETURN_IF_ERROR(WarmUp(index, queries, options, cancel));
  return EvaluateWarm(index, queries, options, cancel);
}

Result<Evaluation> EvaluateWarm(const ann::Index& index, const AskedQueries& queries,
                                const ann::SearchOptions& options, const CancelToken& cancel) {
  ann::SearchMemory memory;
  Evaluation evaluation;
  for (size_t i = 0; i < queries.count(); ++i) {
    LAKE_RETURN_IF_ERROR(CheckAlive(cancel));
    const Clock::time_point start = Clock::now();
    LAKE_ASSIGN_OR_RETURN(const ann::Answer answer,
                          index.Search(queries.vector(i), options, cancel, &memory));
    evaluation.latencies_us.push_back(MicrosSince(start));
    evaluation.hits.push_back(static_cast<uint32_t>(ann::CountFound(answer.hits, queries.truths[i])));
    evaluation.distances_mean += static_cast<double>(answer.distances);
    evaluation.hops_mean += static_cast<double>(answer.hops);
  }
  const auto n = static_cast<double>(std::max<size_t>(queries.count(), 1));
  evaluation.recall = RecallOf(evaluation.hits, queries.truths);
  evaluation.distances_mean /= n;
  evaluation.hops_mean /= n;
  evaluation.interval = ann::WilsonInterval(evaluation.recall, queries.count());
  std::ranges::sort(evaluation.latencies_us);
  return evaluation;
}

Result<double> BruteForceLatency(const ann::Index& index, const AskedQueries& queries, size_t k,
                                 const CancelToken& cancel) {
  ann::SearchMemory memory;
  const ann::SearchOptions options = {.k = k, .precision = ann::Precision::kExact};
  std::vector<double> latencies_us;
  const size_t count = std::min(queries.count(), kBruteForceQueries);
  for (size_t i = 0; i <= count && count > 0; ++i) {
    LAKE_RETURN_IF_ERROR(CheckAlive(cancel));
    const Clock::time_point start = Clock::now();
    LAKE_RETURN_IF_ERROR(index.Search(queries.vector(i % count), options, cancel, &memory));
    if (i > 0) latencies_us.push_back(MicrosSince(start));  // The first one warms up.
  }
  std::ranges::sort(latencies_us);
  return Percentile(latencies_us, 0.5);
}

}  // namespace lake::tuning
