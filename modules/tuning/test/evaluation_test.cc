// Goal: figures of an evaluation are what they say. Method: percentiles of small lists by hand; an index
// without a graph, whose answers are exact, against ground truth that is right and that is not.
#include "evaluation.h"

#include <gmock/gmock.h>

#include <numeric>

#include "lake/common/seeded_numbers.h"
#include "lake/common_testing/result_matchers.h"

namespace lake::tuning {
namespace {

using testing::Each;

TEST(PercentileTest, IsTheNearestRank) {
  EXPECT_EQ(Percentile({}, 0.5), 0);
  const std::vector<double> one = {7};
  EXPECT_EQ(Percentile(one, 0.99), 7);
  const std::vector<double> four = {1, 2, 3, 4};
  EXPECT_EQ(Percentile(four, 0.0), 1);
  EXPECT_EQ(Percentile(four, 0.5), 3);  // round(1.5) = 2.
  EXPECT_EQ(Percentile(four, 0.95), 4);
  std::vector<double> hundred(100);
  std::iota(hundred.begin(), hundred.end(), 0.0);
  EXPECT_EQ(Percentile(hundred, 0.95), 94);  // round(94.05).
  EXPECT_EQ(Percentile(hundred, 0.99), 98);  // round(98.01).
  EXPECT_EQ(Percentile(hundred, 1.0), 99);
}

class EvaluationTest : public testing::Test {
 protected:
  static constexpr size_t kDimensions = 8;

  EvaluationTest() : rows_(Draw(300)), ids_(300) { std::iota(ids_.begin(), ids_.end(), uint64_t{0}); }

  std::vector<float> Draw(size_t count) {
    std::vector<float> values(count * kDimensions);
    for (float& value : values) value = static_cast<float>(random_.Uniform() - 0.5);
    return values;
  }
  ann::Index Build() {
    return ann::Index::Build({.data = rows_.data(), .rows = ids_.size(), .dimensions = kDimensions}, ids_, {},
                             {})
        .value();
  }
  AskedQueries Queries(const ann::Index& index, size_t k) {
    AskedQueries queries = {.dimensions = kDimensions, .vectors = Draw(20)};
    queries.truths.resize(20);
    ann::SearchMemory memory;
    for (size_t i = 0; i < 20; ++i) {
      const auto exact =
          index.Search(queries.vector(i), {.k = k, .precision = ann::Precision::kExact}, {}, &memory).value();
      queries.truths[i] = ann::GroundTruthOf(exact.hits);
    }
    return queries;
  }

  SeededNumbers random_{3};
  const std::vector<float> rows_;
  std::vector<uint64_t> ids_;
};

TEST_F(EvaluationTest, CountsWhatIsAsNearAsTheTruth) {
  const ann::Index index = Build();
  AskedQueries queries = Queries(index, 5);
  LAKE_ASSERT_OK_AND_ASSIGN(const Evaluation right, Evaluate(index, queries, {.k = 5}, {}));
  EXPECT_EQ(right.recall, 1);
  EXPECT_THAT(right.hits, Each(5u));
  EXPECT_EQ(right.latencies_us.size(), 20u);
  EXPECT_TRUE(std::ranges::is_sorted(right.latencies_us));
  EXPECT_LT(right.interval.low, 0.9);  // Twenty queries say little.
  EXPECT_EQ(right.interval.high, 1);
  // Half of the queries have nearer neighbours than the index has.
  for (size_t i = 0; i < 10; ++i) queries.truths[i].farthest = -1;
  LAKE_ASSERT_OK_AND_ASSIGN(const Evaluation half, Evaluate(index, queries, {.k = 5}, {}));
  EXPECT_EQ(half.recall, 0.5);
  EXPECT_EQ(half.hits[0], 0u);
  EXPECT_EQ(half.hits[19], 5u);
}

// In whatever order the losses come, and also where sums of tenths are not exact.
TEST_F(EvaluationTest, AsManyHitsAreTheSameRecall) {
  const ann::Index index = Build();
  const AskedQueries queries = Queries(index, 10);
  std::vector<double> recalls;
  for (const size_t lost : {0u, 7u, 19u}) {
    AskedQueries some = queries;
    some.truths[lost].farthest = -1;
    LAKE_ASSERT_OK_AND_ASSIGN(const Evaluation evaluation, Evaluate(index, some, {.k = 10}, {}));
    recalls.push_back(evaluation.recall);
  }
  EXPECT_THAT(recalls, Each(0.95));
}

TEST_F(EvaluationTest, StopsWhenItIsCancelled) {
  const ann::Index index = Build();
  const AskedQueries queries = Queries(index, 5);
  CancelSource source;
  source.Cancel("by_request");
  EXPECT_THAT(Evaluate(index, queries, {.k = 5}, source.token()),
              IsError(ErrorCode::kCancelled, "by_request"));
  EXPECT_THAT(BruteForceLatency(index, queries, 5, source.token()),
              IsError(ErrorCode::kCancelled, "by_request"));
  LAKE_ASSERT_OK_AND_ASSIGN(const double brute_force_us, BruteForceLatency(index, queries, 5, {}));
  EXPECT_GT(brute_force_us, 0);
}

TEST_F(EvaluationTest, AnIndexSaysWhatItTakes) {
  const ann::Index index = Build();
  // Vectors, codes of a byte a dimension at least, ids.
  EXPECT_GE(index.memory_bytes(), 300 * (kDimensions * (sizeof(float) + 1) + sizeof(uint64_t)));
  EXPECT_LT(index.memory_bytes(), 300 * 2000u);
}

}  // namespace
}  // namespace lake::tuning
