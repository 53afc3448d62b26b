// Goal: codes never lie by more than they say. Method: distances of codes against f64 distances of the points
// they stand for, over metrics, lengths and shapes of data; vectors without a distance are refused by row.
#include "code_space.h"

#include <gmock/gmock.h>

#include <limits>

#include "ann_scenarios.h"
#include "lake/common_testing/result_matchers.h"

namespace lake::ann {
namespace {

/// Rows of very different lengths, which matter to all metrics but the cosine.
SampleVectors UnequalLengths() {
  SampleVectors sample = MakeSampleVectors({.rows = 400, .queries = 40, .dimensions = 70});
  for (size_t r = 0; r < sample.row_count + sample.query_count; ++r)
    for (size_t d = 0; d < sample.dimensions; ++d)
      sample.values[r * sample.dimensions + d] *= 0.1F + static_cast<float>(r % 17);
  return sample;
}

/// The squared distance of a query's point to a row's in f64, as code_space.h defines the points.
double PointDistance(const CodeSpace& space, std::span<const float> query, std::span<const float> row) {
  const double reach = space.parameters().reach;
  const auto length = [](std::span<const float> v) {
    double sum = 0;
    for (const float value : v) sum += double{value} * value;
    return std::sqrt(sum);
  };
  const bool cosine = space.metric() == Metric::kCosine;
  const bool product = space.metric() == Metric::kInnerProduct;
  const double query_factor = cosine || product ? 1 / length(query) : 1 / reach;
  const double row_factor = cosine ? 1 / length(row) : 1 / reach;
  double squared = 0;
  for (size_t d = 0; d < query.size(); ++d) {
    const double difference = query[d] * query_factor - row[d] * row_factor;
    squared += difference * difference;
  }
  if (product) squared += std::max(0.0, 1 - std::pow(length(row) / reach, 2));
  return squared;
}

class CodeSpaceTest : public testing::TestWithParam<Metric> {};

INSTANTIATE_TEST_SUITE_P(Metrics, CodeSpaceTest,
                         testing::Values(Metric::kCosine, Metric::kInnerProduct, Metric::kL2),
                         [](const auto& metric) { return std::string(MetricName(metric.param)); });

TEST_P(CodeSpaceTest, DistancesAreWithinTheirBound) {
  const SampleVectors sample = UnequalLengths();
  ThreadTeam team(1);
  const CodeSpace space = CodeSpace::Train(sample.rows(), GetParam(), BestKernels(), &team);
  std::vector<int8_t> code(space.code_bytes());
  QueryCode query;
  double widest = 0;
  for (size_t q = 0; q < sample.query_count; ++q) {
    ASSERT_TRUE(space.EncodeQuery(sample.queries().row_span(q), &query).ok());
    for (size_t r = 0; r < sample.row_count; ++r) {
      const CodeTerms terms = space.EncodeRow(sample.rows().row(r), code.data());
      const int32_t dot = space.kernels().dot_codes(query.code.data(), code.data(), space.code_bytes());
      const double wrong =
          std::abs(space.CodeDistance(query.terms, terms, dot) -
                   PointDistance(space, sample.queries().row_span(q), sample.rows().row_span(r)));
      ASSERT_LE(wrong, CodeSpace::ErrorBound(query.terms, terms));
      widest = std::max(widest, wrong / CodeSpace::ErrorBound(query.terms, terms));
    }
  }
  EXPECT_GT(widest, 0.02) << "a bound this wide proves nothing";
}

TEST_P(CodeSpaceTest, TheMeanDoesNotDependOnThreads) {
  const SampleVectors sample = MakeSampleVectors({.rows = 5000, .queries = 0, .dimensions = 20});
  ThreadTeam one(1);
  ThreadTeam three(3);
  EXPECT_EQ(CodeSpace::Train(sample.rows(), GetParam(), BestKernels(), &one).parameters().mean,
            CodeSpace::Train(sample.rows(), GetParam(), BestKernels(), &three).parameters().mean);
}

Status CheckOne(std::vector<float> vector, Metric metric) {
  vector.insert(vector.begin(), {1, 2, 3});
  return CheckVectors({.data = vector.data(), .rows = 2, .dimensions = 3}, metric);
}

TEST(CheckVectorsTest, RefusesWhatHasNoDistance) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float infinite = std::numeric_limits<float>::infinity();
  for (const Metric metric : {Metric::kCosine, Metric::kInnerProduct, Metric::kL2}) {
    EXPECT_THAT(CheckOne({0, nan, 0}, metric), IsError(ErrorCode::kInvalidArgument, "vector_not_finite"));
    EXPECT_THAT(CheckOne({0, 0, -infinite}, metric),
                IsError(ErrorCode::kInvalidArgument, "vector_not_finite"));
    EXPECT_THAT(CheckOne({1e19F, 1e19F, 0}, metric),
                IsError(ErrorCode::kInvalidArgument, "vector_not_finite"));
    EXPECT_TRUE(CheckOne({1, -1, 0.5}, metric).ok());
  }
  EXPECT_THAT(CheckOne({0, 0, 0}, Metric::kCosine), IsError(ErrorCode::kInvalidArgument, "vector_zero"));
  EXPECT_THAT(CheckOne({1e-30F, 0, 0}, Metric::kCosine), IsError(ErrorCode::kInvalidArgument, "vector_zero"));
  EXPECT_TRUE(CheckOne({0, 0, 0}, Metric::kL2).ok());
  EXPECT_TRUE(CheckOne({0, 0, 0}, Metric::kInnerProduct).ok());
  EXPECT_THAT(CheckOne({0, 0, 0}, Metric::kCosine).error().message(), testing::HasSubstr("vector 1"));
}

TEST(CheckVectorsTest, RefusesDimensionsOutOfBounds) {
  const std::vector<float> values(8192, 1);
  for (const size_t dimensions : std::initializer_list<size_t>{0, 1, 4097})
    EXPECT_THAT(CheckVectors({.data = values.data(), .rows = 1, .dimensions = dimensions}, Metric::kL2),
                IsError(ErrorCode::kInvalidArgument, "dimensions_out_of_range"));
}

}  // namespace
}  // namespace lake::ann
