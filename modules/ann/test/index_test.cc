// Goal: answers are right: exact ones to the row, approximate ones to a floor of recall, and never fewer than
// there are. Method: brute force in f64 from the definition of the metric; vectors and questions at the
// edges.
#include "lake/ann/index.h"

#include <gmock/gmock.h>

#include <thread>

#include "ann_scenarios.h"
#include "lake/common/seeded_numbers.h"
#include "lake/common_testing/result_matchers.h"

namespace lake::ann {
namespace {

constexpr Metric kMetrics[] = {Metric::kCosine, Metric::kInnerProduct, Metric::kL2};

/// Hits against the true order: the same ids, but that rows within `slack` of the k-th may stand for one
/// another.
void ExpectNearest(const Answer& answer, const std::vector<std::pair<double, uint64_t>>& order, size_t k) {
  ASSERT_EQ(answer.hits.size(), std::min(k, order.size()));
  for (size_t i = 0; i < answer.hits.size(); ++i)
    EXPECT_NEAR(answer.hits[i].distance, order[i].first, 1e-5 * (1 + std::abs(order[i].first))) << i;
}

TEST(ExactSearchTest, EqualsTheDefinition) {
  for (const Metric metric : kMetrics) {
    SampleVectors sample = MakeSampleVectors({.rows = 2000, .queries = 20, .dimensions = 100});
    if (metric != Metric::kCosine)
      for (size_t i = 0; i < sample.values.size(); ++i)
        sample.values[i] *= 1 + static_cast<float>(i / sample.dimensions % 5);
    const Index index = BuildOrDie(sample.rows(), {.metric = metric, .degree = 8});
    for (size_t q = 0; q < sample.query_count; ++q) {
      for (const size_t k : std::initializer_list<size_t>{1, 10, 500}) {
        const std::span<const float> query = sample.queries().row_span(q);
        const Answer answer = SearchOrDie(index, query, {.k = k, .precision = Precision::kExact});
        EXPECT_TRUE(answer.exact);
        ExpectNearest(answer, TrueOrder(index, sample.rows(), query, nullptr), k);
      }
    }
  }
}

TEST(ExactSearchTest, WorksWhereNothingIsNear) {
  // Independent numbers: all rows are nearly as far, so almost every code has to be checked.
  SeededNumbers numbers(4);
  std::vector<float> values(1500 * 64);
  for (float& value : values) value = static_cast<float>(numbers.Uniform() - 0.5);
  const Matrix rows = {.data = values.data(), .rows = 1499, .dimensions = 64};
  const Index index = BuildOrDie(rows, {.degree = 8});
  const std::span<const float> query(&values[1499 * 64], 64);
  ExpectNearest(SearchOrDie(index, query, {.k = 20, .precision = Precision::kExact}),
                TrueOrder(index, rows, query, nullptr), 20);
}

enum class Correlation { kNone, kNearTheQuery, kFarFromTheQuery };

/// The share of the rows that is nearest to a point, or farthest from it.
RowSet PassByDistance(const Matrix& rows, std::span<const float> point, double share,
                      Correlation correlation) {
  const double sign = correlation == Correlation::kNearTheQuery ? 1 : -1;
  std::vector<std::pair<double, size_t>> order;
  for (size_t r = 0; r < rows.rows; ++r)
    order.emplace_back(TrueDistance(Metric::kCosine, point, rows.row_span(r)) * sign, r);
  std::ranges::sort(order);
  RowSet filter(rows.rows);
  for (size_t i = 0; i < static_cast<size_t>(share * static_cast<double>(rows.rows)); ++i)
    filter.Add(order[i].second);
  return filter;
}

class FilteredSearchTest : public testing::TestWithParam<Correlation> {
 protected:
  RowSet Filter(double share, size_t query) {
    if (GetParam() != Correlation::kNone)
      return PassByDistance(sample_.rows(), sample_.queries().row_span(query), share, GetParam());
    RowSet filter(sample_.row_count);
    for (size_t row = 0; row < sample_.row_count; ++row)
      if (numbers_.Uniform() < share) filter.Add(row);
    return filter;
  }

  const SampleVectors& sample_ = SmallIndex(SampleKind::kSubtopics).sample;
  const Index& index_ = SmallIndex(SampleKind::kSubtopics).index;
  SeededNumbers numbers_{6};
};

INSTANTIATE_TEST_SUITE_P(Correlations, FilteredSearchTest,
                         testing::Values(Correlation::kNone, Correlation::kNearTheQuery,
                                         Correlation::kFarFromTheQuery));

TEST_P(FilteredSearchTest, FindsTheNearestThatPassAndNothingElse) {
  size_t walks = 0;
  for (const double share : {0.9, 0.5, 0.2, 0.1, 0.01, 0.001}) {
    size_t hits = 0;
    size_t wanted = 0;
    for (size_t q = 0; q < 40; ++q) {
      const RowSet filter = Filter(share, q);
      const std::span<const float> query = sample_.queries().row_span(q);
      const auto order = TrueOrder(index_, sample_.rows(), query, &filter);
      const Answer answer = SearchOrDie(index_, query, {.ef_search = 64, .filter = &filter});
      ASSERT_EQ(answer.hits.size(), std::min<size_t>(10, order.size()));
      for (const Hit& hit : answer.hits) {
        ASSERT_TRUE(filter.Contains((hit.id - 1000) / 3));
        hits += hit.distance <= order[answer.hits.size() - 1].first + 1e-6 ? 1 : 0;
      }
      wanted += answer.hits.size();
      walks += answer.exact ? 0 : 1;
    }
    EXPECT_GE(static_cast<double>(hits), 0.99 * static_cast<double>(wanted)) << share;
  }
  EXPECT_GT(walks, 0);
}

TEST_P(FilteredSearchTest, AWalkThatLeadsNowhereCostsLittleMoreThanAScan) {
  for (const double share : {0.9, 0.5, 0.1}) {
    for (size_t q = 0; q < 20; ++q) {
      const RowSet filter = Filter(share, q);
      const Answer answer = SearchOrDie(index_, sample_.queries().row_span(q), {.filter = &filter});
      // What a proof may cost before it is given up comes on top.
      EXPECT_LE(answer.distances, 2 * filter.count() + 1500);
    }
  }
}

TEST(FilterEdgesTest, AFewNearRowsAmongManyFarOnes) {
  // Walks meet the few and nothing else that passes: they must not stop there.
  const auto& [sample, index] = SmallIndex(SampleKind::kTopics);
  for (size_t q = 0; q < 20; ++q) {
    const std::span<const float> query = sample.queries().row_span(q);
    RowSet filter = PassByDistance(sample.rows(), query, 0.6, Correlation::kFarFromTheQuery);
    const auto order = TrueOrder(index, sample.rows(), query, nullptr);
    for (size_t i = 0; i < 3; ++i) filter.Add((order[i].second - 1000) / 3);
    const Answer answer = SearchOrDie(index, query, {.filter = &filter});
    ASSERT_EQ(answer.hits.size(), 10);
    for (size_t i = 0; i < 3; ++i) EXPECT_EQ(answer.hits[i].id, order[i].second);
    EXPECT_GT(answer.hops, 0);
  }
}

TEST(FilterEdgesTest, AmongRowsAllFarAProofIsNotWorthItsCost) {
  const SampleVectors sample = MakeSampleVectors({.rows = 20'000, .queries = 10, .dimensions = 384});
  const Index index = BuildOrDie(sample.rows(), {.ef_construction = 20, .degree = 8});
  for (size_t q = 0; q < 10; ++q) {
    const std::span<const float> query = sample.queries().row_span(q);
    const RowSet filter = PassByDistance(sample.rows(), query, 0.5, Correlation::kFarFromTheQuery);
    const Answer exact = SearchOrDie(index, query, {.precision = Precision::kExact, .filter = &filter});
    const Answer answer = SearchOrDie(index, query, {.filter = &filter});
    EXPECT_TRUE(exact.exact);
    EXPECT_FALSE(answer.exact) << "it must not claim what it did not prove";
    EXPECT_LT(answer.reranked, exact.reranked);
    EXPECT_EQ(answer.hits, exact.hits) << "what is left out hardly ever matters";
  }
}

TEST(FilterEdgesTest, NothingPasses) {
  const auto& [sample, index] = SmallIndex(SampleKind::kTopics);
  const RowSet nothing(sample.row_count);
  const Answer answer = SearchOrDie(index, sample.queries().row_span(0), {.filter = &nothing});
  EXPECT_TRUE(answer.hits.empty());
  EXPECT_TRUE(answer.exact);
}

TEST(FilterEdgesTest, ADuplicatePassesWhereTheRowInTheGraphDoesNot) {
  SampleVectors sample = SmallSample(SampleKind::kTopics);
  for (size_t r = 4000; r < 4040; ++r)
    std::ranges::copy(sample.rows().row_span(7), sample.values.begin() + static_cast<std::ptrdiff_t>(r * 96));
  const Index index = BuildOrDie(sample.rows(), {});
  RowSet filter(sample.row_count);
  for (size_t row = 1000; row < sample.row_count; ++row) filter.Add(row);
  const Answer answer = SearchOrDie(index, sample.rows().row_span(7), {.filter = &filter});
  ASSERT_EQ(answer.hits.size(), 10);
  EXPECT_FALSE(answer.exact);
  for (size_t i = 0; i < 10; ++i) EXPECT_EQ(answer.hits[i].id, index.ids()[4000 + i]);
}

TEST(GraphSearchTest, RecallFloors) {
  // Floors are a little below what this seed gives; a graph that got worse falls below them.
  struct Case {
    SampleKind kind;
    Metric metric;
    double floor;
  };
  for (const Case& c :
       {Case{SampleKind::kTopics, Metric::kCosine, 0.99}, Case{SampleKind::kTopics, Metric::kL2, 0.99},
        Case{SampleKind::kTopics, Metric::kInnerProduct, 0.99},
        Case{SampleKind::kSubtopics, Metric::kCosine, 0.99}}) {
    const auto& [sample, index] = SmallIndex(c.kind, c.metric);
    const double recall = Recall(index, sample, {.ef_search = 64});
    EXPECT_GE(recall, c.floor) << MetricName(c.metric);
    EXPECT_GE(recall, Recall(index, sample, {.ef_search = 10}));
    const Answer answer = SearchOrDie(index, sample.queries().row_span(0), {.ef_search = 64});
    EXPECT_FALSE(answer.exact);
    EXPECT_LT(answer.distances, sample.row_count / 2);
    EXPECT_GT(answer.hops, 0);
  }
}

TEST(GraphSearchTest, ComparesOnlyWhatIsLikelyAmongTheNearest) {
  for (const Metric metric : kMetrics) {
    const auto& [sample, index] = SmallIndex(SampleKind::kSubtopics, metric);
    for (const Code code : {Code::kInt4, Code::kInt8, Code::kF32}) {
      size_t compared = 0;
      for (size_t q = 0; q < sample.query_count; ++q) {
        const SearchOptions options = {.ef_search = 64, .code = code};
        compared += SearchOrDie(index, sample.queries().row_span(q), options).reranked;
      }
      EXPECT_GE(compared, 10 * sample.query_count);
      EXPECT_LT(compared, (code == Code::kInt4 ? 27 : 15) * sample.query_count) << MetricName(metric);
      const double most = Recall(index, sample, {.ef_search = 64, .rerank = 60, .code = code});
      EXPECT_GE(Recall(index, sample, {.ef_search = 64, .code = code}), most - 0.002) << MetricName(metric);
    }
    EXPECT_EQ(SearchOrDie(index, sample.queries().row_span(0), {.ef_search = 64, .rerank = 40}).reranked, 40);
  }
}

TEST(GraphSearchTest, EveryCodeFindsTheNearest) {
  const SampleVectors sample = SmallSample(SampleKind::kSubtopics);
  for (const Code built_by : {Code::kInt4, Code::kInt8, Code::kF32}) {
    const Index index = BuildOrDie(sample.rows(), {.code = built_by, .seed = 42});
    EXPECT_EQ(index.options().code, built_by);
    for (const Code searched_by : {Code::kInt4, Code::kInt8, Code::kF32})
      EXPECT_GE(Recall(index, sample, {.ef_search = 64, .code = searched_by}), 0.985)
          << CodeName(built_by) << ", " << CodeName(searched_by);
  }
}

TEST(GraphSearchTest, DataThatCodesCannotTellApart) {
  // Crowds of sixty rows a thousandth of a step of a code from one another, far from all others.
  constexpr size_t kCrowds = 50;
  SeededNumbers numbers(11);
  std::vector<float> centres(kCrowds * 32);
  for (float& value : centres) value = static_cast<float>(numbers.Uniform() - 0.5);
  SampleVectors sample = {.row_count = 3000, .query_count = 100, .dimensions = 32};
  for (size_t r = 0; r < 3100; ++r)
    for (size_t d = 0; d < 32; ++d)
      sample.values.push_back(centres[r % kCrowds * 32 + d] +
                              static_cast<float>(numbers.Uniform() - 0.5) * 2e-5F);
  const Index index = BuildOrDie(sample.rows(), {.metric = Metric::kL2, .seed = 1});
  EXPECT_EQ(index.options().code, Code::kF32);
  EXPECT_GE(Recall(index, sample, {.ef_search = 64}), 0.99);
  EXPECT_LT(Recall(index, sample, {.ef_search = 64, .code = Code::kInt8}), 0.9) << "no need to fall back";
}

TEST(GraphSearchTest, DataLikeEmbeddingsAreComparedByTheLeastCode) {
  for (const SampleKind kind : {SampleKind::kTopics, SampleKind::kSubtopics}) {
    const SampleVectors sample =
        MakeSampleVectors({.kind = kind, .rows = 3000, .queries = 0, .dimensions = 384});
    EXPECT_EQ(BuildOrDie(sample.rows(), {.degree = 8}).options().code, Code::kInt4);
  }
}

TEST(GraphSearchTest, InnerProductsOfUnequalLengths) {
  SampleVectors sample = SmallSample(SampleKind::kTopics);
  for (size_t r = 0; r < sample.row_count; ++r)
    for (size_t d = 0; d < sample.dimensions; ++d)
      sample.values[r * sample.dimensions + d] *= 0.5F + static_cast<float>(r % 10) / 10;
  const Index index = BuildOrDie(sample.rows(), {.metric = Metric::kInnerProduct});
  EXPECT_GE(Recall(index, sample, {.ef_search = 100}), 0.98);
}

TEST(GraphSearchTest, AThousandEqualVectors) {
  SampleVectors sample = SmallSample(SampleKind::kTopics);
  for (size_t r = 1000; r < 2000; ++r)
    std::ranges::copy(sample.rows().row_span(7), sample.values.begin() + static_cast<std::ptrdiff_t>(r * 96));
  const Index index = BuildOrDie(sample.rows(), {});
  const Answer answer = SearchOrDie(index, sample.rows().row_span(7), {.k = 50});
  ASSERT_EQ(answer.hits.size(), 50);
  EXPECT_FALSE(answer.exact);
  EXPECT_EQ(answer.hits[0].id, index.ids()[7]);
  for (size_t i = 1; i < 50; ++i) EXPECT_EQ(answer.hits[i].id, index.ids()[1000 + i - 1]) << "ties go by id";
  EXPECT_GE(Recall(index, sample, {.ef_search = 64}), 0.99);
}

TEST(GraphSearchTest, AllVectorsEqual) {
  const std::vector<float> values(3000 * 8, 0.5F);
  const Index index = BuildOrDie({.data = values.data(), .rows = 3000, .dimensions = 8}, {});
  const Answer answer = SearchOrDie(index, std::span(values).first(8), {.k = 12});
  ASSERT_EQ(answer.hits.size(), 12);
  EXPECT_EQ(answer.hits[11].id, index.ids()[11]);
}

TEST(IndexTest, AsManyAsThereAre) {
  const SampleVectors sample = MakeSampleVectors({.rows = 3000, .queries = 1, .dimensions = 16});
  for (const size_t rows : std::initializer_list<size_t>{0, 1, 5, 999, 1001, 3000}) {
    const Index index = BuildOrDie({.data = sample.values.data(), .rows = rows, .dimensions = 16}, {});
    EXPECT_EQ(index.rows(), rows);
    for (const size_t k : std::initializer_list<size_t>{1, 10, 1000, 10'000}) {
      const Answer answer = SearchOrDie(index, sample.queries().row_span(0), {.k = k});
      EXPECT_EQ(answer.hits.size(), std::min(k, rows));
    }
  }
}

TEST(IndexTest, OneMemoryServesIndexesOfAnySize) {
  const SampleVectors large = SmallSample(SampleKind::kTopics);
  const SampleVectors small = MakeSampleVectors({.rows = 1200, .queries = 1, .dimensions = 20});
  const Index first = BuildOrDie(large.rows(), {.degree = 16});
  const Index second = BuildOrDie(small.rows(), {.degree = 16});
  SearchMemory memory;
  const Answer before = first.Search(large.queries().row_span(0), {}, {}, &memory).value();
  const Answer between = second.Search(small.queries().row_span(0), {}, {}, &memory).value();
  EXPECT_EQ(between.hits, SearchOrDie(second, small.queries().row_span(0), {}).hits);
  EXPECT_EQ(first.Search(large.queries().row_span(0), {}, {}, &memory)->hits, before.hits);
}

TEST(IndexTest, ManyThreadsAskOneIndex) {
  const SampleVectors sample = SmallSample(SampleKind::kTopics);
  const Index index = BuildOrDie(sample.rows(), {.degree = 16, .threads = 2});
  std::vector<Answer> expected;
  for (size_t q = 0; q < 50; ++q) expected.push_back(SearchOrDie(index, sample.queries().row_span(q), {}));
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      SearchMemory memory;
      for (size_t q = 0; q < 50; ++q)
        EXPECT_EQ(index.Search(sample.queries().row_span(q), {}, {}, &memory)->hits, expected[q].hits);
    });
  }
}

TEST(IndexTest, ABatchIsAnsweredAsOneByOne) {
  const SampleVectors sample =
      MakeSampleVectors({.kind = SampleKind::kSubtopics, .rows = 3000, .queries = 23, .dimensions = 100});
  for (const Metric metric : kMetrics) {
    const Index index = BuildOrDie(sample.rows(), {.metric = metric, .degree = 16});
    RowSet filter(sample.row_count);
    for (size_t row = 0; row < sample.row_count; row += 3) filter.Add(row);
    for (const Precision precision : {Precision::kApproximate, Precision::kExact}) {
      for (const RowSet* set : std::initializer_list<const RowSet*>{nullptr, &filter}) {
        const SearchOptions options = {.precision = precision, .filter = set};
        for (const size_t threads : std::initializer_list<size_t>{1, 3}) {
          const auto answers = index.SearchBatch(sample.queries(), options, threads, {}).value();
          ASSERT_EQ(answers.size(), 23);
          for (size_t q = 0; q < 23; ++q) {
            const Answer one = SearchOrDie(index, sample.queries().row_span(q), options);
            EXPECT_EQ(answers[q].hits, one.hits);
            EXPECT_EQ(answers[q].exact, one.exact);
            EXPECT_EQ(answers[q].distances, one.distances);
          }
        }
      }
    }
  }
}

TEST(IndexTest, ABatchSaysWhatIsWrongWithOneOfItsQueries) {
  SampleVectors sample = MakeSampleVectors({.rows = 2000, .queries = 9, .dimensions = 16});
  const Index index = BuildOrDie(sample.rows(), {.degree = 8});
  std::fill_n(sample.values.end() - 5 * 16, 16, 0.0F);
  for (const Precision precision : {Precision::kApproximate, Precision::kExact})
    EXPECT_THAT(index.SearchBatch(sample.queries(), {.precision = precision}, 2, {}),
                IsError(ErrorCode::kInvalidArgument, "vector_zero"));
  EXPECT_THAT(index.SearchBatch(sample.queries(), {}, 0, {}),
              IsError(ErrorCode::kInvalidArgument, "search_option_out_of_range"));
  EXPECT_TRUE(index.SearchBatch({.data = nullptr, .rows = 0, .dimensions = 16}, {}, 1, {})->empty());
}

TEST(IndexTest, RefusesQuestionsOutOfBounds) {
  const SampleVectors sample = MakeSampleVectors({.rows = 2000, .queries = 1, .dimensions = 16});
  const Index index = BuildOrDie(sample.rows(), {});
  const std::span<const float> query = sample.queries().row_span(0);
  SearchMemory memory;
  const RowSet other(7);
  for (const SearchOptions& options :
       {SearchOptions{.k = 0}, SearchOptions{.k = 10'001}, SearchOptions{.ef_search = 9},
        SearchOptions{.ef_search = 201}, SearchOptions{.filter = &other}})
    EXPECT_THAT(index.Search(query, options, {}, &memory),
                IsError(ErrorCode::kInvalidArgument, "search_option_out_of_range"));
  EXPECT_THAT(index.Search(query.first(15), {}, {}, &memory),
              IsError(ErrorCode::kInvalidArgument, "dimensions_differ"));
  const std::vector<float> zero(16);
  EXPECT_THAT(index.Search(zero, {}, {}, &memory), IsError(ErrorCode::kInvalidArgument, "vector_zero"));
}

TEST(IndexTest, RefusesBuildsOutOfBounds) {
  const SampleVectors sample = MakeSampleVectors({.rows = 20, .queries = 0, .dimensions = 16});
  for (const BuildOptions& options :
       {BuildOptions{.ef_construction = 9}, BuildOptions{.ef_construction = 401}, BuildOptions{.degree = 3},
        BuildOptions{.degree = 97}, BuildOptions{.alpha = 0.9F}, BuildOptions{.alpha = 2.1F},
        BuildOptions{.threads = 0}})
    EXPECT_THAT(Index::Build(sample.rows(), Ids(20), options, {}),
                IsError(ErrorCode::kInvalidArgument, "build_option_out_of_range"));
  std::vector<uint64_t> ids = Ids(20);
  EXPECT_THAT(Index::Build(sample.rows(), std::span(ids).first(19), {}, {}),
              IsError(ErrorCode::kInvalidArgument, "ids_not_ascending"));
  ids[7] = ids[6];
  EXPECT_THAT(Index::Build(sample.rows(), ids, {}, {}),
              IsError(ErrorCode::kInvalidArgument, "ids_not_ascending"));
}

TEST(IndexTest, ALongScanStopsWhenAsked) {
  const SampleVectors sample = MakeSampleVectors({.rows = 70'000, .queries = 1, .dimensions = 4});
  const Index index = BuildOrDie(sample.rows(), {.ef_construction = 10, .degree = 4});
  CancelSource source;
  source.Cancel("client_gone");
  SearchMemory memory;
  EXPECT_THAT(
      index.Search(sample.queries().row_span(0), {.precision = Precision::kExact}, source.token(), &memory),
      IsError(ErrorCode::kCancelled, "client_gone"));
}

}  // namespace
}  // namespace lake::ann
