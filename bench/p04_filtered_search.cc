// P4: a search for the 10 nearest of the rows that pass a filter, on set A or vectors of one's own, beside
// the exact scan of what passes: recall and latency by the share that passes and by how the filter lies to
// the query: drawn at random; the part of the data around the query; the part farthest from it, with a fifth
// of all rows at random or alone. Filters come from a seed of their own (--filter-seed: one that was not at
// hand when the search was written); queries are those of the second half.
#include <algorithm>
#include <numeric>

#include "benchmarks.h"
#include "lake/ann/index_set.h"
#include "lake/common/seeded_numbers.h"
#include "vector_sets.h"

namespace lake::bench {
namespace {

constexpr std::string_view kCorrelations[] = {"random", "correlated", "partly anti-correlated",
                                              "anti-correlated"};

class Filters {
 public:
  Filters(const VectorSet& set, uint64_t seed) : set_(set), numbers_(seed) {}

  ann::RowSet Draw(std::string_view correlation, double share, size_t query) {
    const size_t rows = set_.rows().rows;
    const auto wanted = static_cast<size_t>(share * static_cast<double>(rows));
    std::vector<std::pair<Rank, uint32_t>> order(rows);
    for (uint32_t r = 0; r < rows; ++r) order[r] = {RankOf(correlation, query, r), r};
    std::ranges::nth_element(order, order.begin() + static_cast<std::ptrdiff_t>(wanted));
    ann::RowSet filter(rows);
    for (size_t i = 0; i < wanted; ++i) filter.Add(order[i].second);
    return filter;
  }

 private:
  using Rank = std::pair<int, float>;
  /// Rows of the smallest rank pass.
  Rank RankOf(std::string_view correlation, size_t query, size_t row) {
    const auto chance = static_cast<float>(numbers_.Uniform());
    if (correlation == "random") return {0, chance};
    const float distance = set_.Distance(query, row);
    if (correlation == "correlated") return {0, distance};
    constexpr float kAnywhere = 0.2F;
    if (correlation == "partly anti-correlated" && chance < kAnywhere) return {0, chance};
    return {1, -distance};
  }

  const VectorSet& set_;
  SeededNumbers numbers_;
};

struct FilteredOutcome {
  std::vector<double> latency_us;
  std::vector<double> scan_us;
  std::vector<double> recall;
  size_t not_proven = 0;  ///< Answers of a walk, or of a scan that gave up its proof.
};

/// The best of three rounds. `searched` is an Index or an IndexSet.
template <class Searched, class Options>
Result<double> MeasureUs(const Searched& searched, std::span<const float> query, const Options& options,
                         ann::SearchMemory* memory, ann::Answer* answer) {
  double best = 1e12;
  for (int round = 0; round < 3; ++round) {
    Stopwatch watch;
    LAKE_ASSIGN_OR_RETURN(*answer, searched.Search(query, options, {}, memory));
    best = std::min(best, watch.us());
  }
  return best;
}

double Share(const ann::Answer& answer, const ann::Answer& exact) {
  if (exact.hits.empty()) return answer.hits.empty() ? 1 : 0;
  const float limit = exact.hits.back().distance + 1e-6F;
  const auto hits =
      std::ranges::count_if(answer.hits, [&](const ann::Hit& hit) { return hit.distance <= limit; });
  return static_cast<double>(hits) / static_cast<double>(exact.hits.size());
}

Result<FilteredOutcome> Measure(const VectorSet& set, const ann::Index& index, std::string_view correlation,
                                double share, size_t queries, Filters* filters) {
  FilteredOutcome outcome;
  ann::SearchMemory memory;
  for (size_t i = 0; i < queries; ++i) {
    const size_t q = set.half() + i;
    const ann::RowSet filter = filters->Draw(correlation, share, q);
    const std::span<const float> query(set.query(q), index.dimensions());
    ann::Answer answer;
    ann::Answer exact;
    LAKE_ASSIGN_OR_RETURN(
        const double us,
        MeasureUs(index, query, ann::SearchOptions{.ef_search = 48, .filter = &filter}, &memory, &answer));
    LAKE_ASSIGN_OR_RETURN(
        const double scan_us,
        MeasureUs(index, query, ann::SearchOptions{.precision = ann::Precision::kExact, .filter = &filter},
                  &memory, &exact));
    outcome.latency_us.push_back(us);
    outcome.scan_us.push_back(scan_us);
    outcome.recall.push_back(Share(answer, exact));
    outcome.not_proven += answer.exact ? 0 : 1;
  }
  return outcome;
}

constexpr double kDeletedShare = 0.3;

Status MeasureDeleted(const VectorSet& set, const ann::Index& index, std::string_view correlation,
                      size_t queries, Filters* filters, Report& report) {
  std::vector<double> latency_us;
  std::vector<double> recall;
  ann::SearchMemory memory;
  for (size_t i = 0; i < queries; ++i) {
    const size_t q = set.half() + i;
    const std::span<const float> query(set.query(q), index.dimensions());
    auto deleted = std::make_shared<const ann::RowSet>(filters->Draw(correlation, kDeletedShare, q));
    LAKE_ASSIGN_OR_RETURN(const ann::IndexSet rest, ann::IndexSet::Make({{index, deleted}}));
    const ann::RowSet left = deleted->Complement();
    ann::Answer exact;
    ann::Answer answer;
    LAKE_ASSIGN_OR_RETURN(
        exact, index.Search(query, {.precision = ann::Precision::kExact, .filter = &left}, {}, &memory));
    LAKE_ASSIGN_OR_RETURN(const double us,
                          MeasureUs(rest, query, ann::SetSearchOptions{.ef_search = 48}, &memory, &answer));
    latency_us.push_back(us);
    recall.push_back(Share(answer, exact));
  }
  const std::string name = fmt::format("30 % deleted, {}", correlation);
  const RecallEstimate estimate = EstimateRecall(recall);
  const JsonValue params = JsonValue::MakeObject({{"set", set.name()}, {"recall_low", estimate.low}});
  report.Add({name, "lake", "recall", estimate.mean, params});
  report.Add({name, "lake", "p50_us", Percentile(latency_us, 0.5), params});
  return {};
}

Status MeasureAll(const VectorSet& set, size_t queries, uint64_t filter_seed, Report& report) {
  std::vector<uint64_t> ids(set.rows().rows);
  std::iota(ids.begin(), ids.end(), 0U);
  LAKE_ASSIGN_OR_RETURN(
      const ann::Index index,
      ann::Index::Build(set.rows(), ids, {.metric = set.metric(), .seed = 42, .threads = 2}, {}));
  Filters filters(set, filter_seed);
  for (const std::string_view correlation : kCorrelations) {
    for (const double share : {0.5, 0.2, 0.1, 0.05, 0.01, 0.001}) {
      LAKE_ASSIGN_OR_RETURN(const FilteredOutcome outcome,
                            Measure(set, index, correlation, share, queries, &filters));
      const std::string name = fmt::format("{} {} %", correlation, share * 100);
      const RecallEstimate recall = EstimateRecall(outcome.recall);
      const JsonValue params =
          JsonValue::MakeObject({{"set", set.name()},
                                 {"recall_low", recall.low},
                                 {"queries", static_cast<int64_t>(outcome.recall.size())},
                                 {"not_proven", static_cast<int64_t>(outcome.not_proven)}});
      report.Add({name, "lake", "recall", recall.mean, params});
      report.Add({name, "lake", "p50_us", Percentile(outcome.latency_us, 0.5), params});
      report.Add({name, "exact scan", "p50_us", Percentile(outcome.scan_us, 0.5), params});
    }
  }
  for (const std::string_view correlation : {"random", "correlated"})
    LAKE_RETURN_IF_ERROR(MeasureDeleted(set, index, correlation, queries, &filters, report));
  return {};
}

}  // namespace

Status RunP4(const RunOptions& options, Report& report) {
  const MadeSets made = {
      .kinds = {ann::SampleKind::kTopics}, .rows = UsualRows(options.effort), .queries = 1000};
  const size_t asked = options.effort == Effort::kQuick ? 30 : 100;
  return ForEachVectorSet(options, made, [&](const VectorSet& set) {
    return MeasureAll(set, std::min(asked, set.half()), options.filter_seed, report);
  });
}

}  // namespace lake::bench
