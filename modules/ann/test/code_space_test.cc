// Goal: codes never lie by more than they say. Method: distances of codes against f64 distances of the points
// they stand for, over metrics, lengths and shapes of data; vectors without a distance are refused by row.
#include "coded_rows.h"

#include <gmock/gmock.h>

#include <limits>

#include "ann_scenarios.h"
#include "lake/common/seeded_numbers.h"
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

/// All rows with their codes.
class CodedSample {
 public:
  CodedSample(const CodeSpace& space, const Matrix& vectors)
      : high_(vectors.rows * space.half_bytes()),
        low_(vectors.rows * space.half_bytes()),
        rows_{.space = &space,
              .high = high_.data(),
              .low = low_.data(),
              .terms = nullptr,
              .vectors = vectors.data,
              .count = vectors.rows} {
    for (size_t r = 0; r < vectors.rows; ++r) {
      const size_t at = r * space.half_bytes();
      const auto code = space.EncodeRow(vectors.row(r), {.high = high_.data() + at, .low = low_.data() + at});
      terms_.push_back(code.terms);
      high_residuals_.push_back(code.high_residual);
    }
    rows_.terms = terms_.data();
  }
  const CodedRows& rows() const { return rows_; }
  float high_residual(size_t row) const { return high_residuals_[row]; }

 private:
  std::vector<uint8_t> high_;
  std::vector<uint8_t> low_;
  std::vector<CodeTerms> terms_;
  std::vector<float> high_residuals_;
  CodedRows rows_;
};

class CodeSpaceTest : public testing::TestWithParam<Metric> {};

INSTANTIATE_TEST_SUITE_P(Metrics, CodeSpaceTest,
                         testing::Values(Metric::kCosine, Metric::kInnerProduct, Metric::kL2),
                         [](const auto& metric) { return std::string(MetricName(metric.param)); });

TEST_P(CodeSpaceTest, DistancesAreWithinTheirBound) {
  const SampleVectors sample = UnequalLengths();
  ThreadTeam team(1);
  const CodeSpace space = CodeSpace::Train(sample.rows(), GetParam(), BestKernels(), &team);
  CodedSample coded(space, sample.rows());
  Origin query;
  double widest_by_high = 0;
  double widest = 0;
  size_t beyond_likely = 0;
  for (size_t q = 0; q < sample.query_count; ++q) {
    ASSERT_TRUE(space.EncodeQuery(sample.queries().row_span(q), &query).ok());
    for (size_t r = 0; r < sample.row_count; ++r) {
      const double right = PointDistance(space, sample.queries().row_span(q), sample.rows().row_span(r));
      const auto row = static_cast<uint32_t>(r);
      const CodeTerms& terms = coded.rows().terms[r];
      const auto share_of_bound = [&](Code code, float residual) {
        const double wrong = std::abs(coded.rows().Distance(query, code, row) - right);
        beyond_likely += wrong > ErrorBound(query.terms, space.LikelyShare(5))(terms, residual) ? 1 : 0;
        return wrong / ErrorBound(query.terms, 1)(terms, residual);
      };
      widest_by_high = std::max(widest_by_high, share_of_bound(Code::kInt4, coded.high_residual(r)));
      widest = std::max(widest, share_of_bound(Code::kInt8, terms.residual));
      ASSERT_NEAR(coded.rows().Distance(query, Code::kF32, row), right, 1e-5 * (1 + right));
      ASSERT_NEAR(space.PointScale(query, coded.rows().MetricDistance(query, row)), right,
                  1e-5 * (1 + right));
    }
  }
  EXPECT_LE(widest_by_high, 1);
  EXPECT_LE(widest, 1);
  EXPECT_EQ(beyond_likely, 0);
  EXPECT_GT(widest_by_high, 0.1) << "a bound this wide proves nothing";
  EXPECT_GT(widest, 0.02) << "a bound this wide proves nothing";
}

TEST_P(CodeSpaceTest, HighHalvesLeaveOutWhatIsExpectedOfThem) {
  const SampleVectors sample = UnequalLengths();
  ThreadTeam team(1);
  const CodeSpace space = CodeSpace::Train(sample.rows(), GetParam(), BestKernels(), &team);
  CodedSample coded(space, sample.rows());
  double share = 0;
  for (size_t r = 0; r < sample.row_count; ++r)
    share += std::pow(coded.high_residual(r), 2) / space.MeanLeftOutByHigh(coded.rows().terms[r]);
  EXPECT_NEAR(share / static_cast<double>(sample.row_count), 1, 0.05);
}

TEST_P(CodeSpaceTest, RowsAsOriginsAreTheirCodes) {
  const SampleVectors sample = UnequalLengths();
  ThreadTeam team(1);
  const CodeSpace space = CodeSpace::Train(sample.rows(), GetParam(), BestKernels(), &team);
  CodedSample coded(space, sample.rows());
  Origin origin;
  for (uint32_t a = 0; a < 20; ++a) {
    for (const Code code : {Code::kInt4, Code::kInt8, Code::kF32}) {
      coded.rows().SetOrigin(a, code, &origin);
      std::vector<uint32_t> all(100);
      std::iota(all.begin(), all.end(), 0U);
      std::vector<float> distances(all.size());
      coded.rows().Distances(origin, code, all, distances.data());
      CodeTerms terms = origin.terms;
      if (code == Code::kInt4) terms.residual = coded.high_residual(a);
      EXPECT_LE(std::abs(distances[a]), ErrorBound(terms, 1)(terms, terms.residual));
      for (const uint32_t b : all) {
        EXPECT_EQ(distances[b], coded.rows().Distance(origin, code, b)) << "one by one or together";
        Origin other;
        coded.rows().SetOrigin(b, code, &other);
        EXPECT_EQ(distances[b], coded.rows().Distance(other, code, a)) << "symmetric";
      }
    }
  }
}

TEST(RotationTest, KeepsLengthsAndAnglesAndSpreadsWhatStandsOut) {
  SeededNumbers numbers(8);
  for (const size_t dimensions : std::initializer_list<size_t>{2, 7, 8, 9, 48, 100, 384, 768, 1536, 4096}) {
    const Rotation rotation(dimensions);
    std::vector<float> point(dimensions);
    for (float& value : point) value = static_cast<float>(numbers.Uniform() - 0.5);
    std::vector<float> spike(dimensions);
    spike[dimensions / 2] = 1;
    const double dot = point[dimensions / 2];
    const double norm = std::inner_product(point.begin(), point.end(), point.begin(), 0.0);
    std::vector<float> turned_point = point;
    std::vector<float> turned_spike = spike;
    rotation.Apply(BestKernels(), turned_point.data());
    rotation.Apply(BestKernels(), turned_spike.data());
    EXPECT_NEAR(std::inner_product(turned_point.begin(), turned_point.end(), turned_point.begin(), 0.0), norm,
                1e-4 * norm);
    EXPECT_NEAR(std::inner_product(turned_point.begin(), turned_point.end(), turned_spike.begin(), 0.0), dot,
                1e-5);
    const float largest =
        std::abs(*std::ranges::max_element(turned_spike, {}, [](float value) { return std::abs(value); }));
    if (dimensions >= 48) EXPECT_LE(largest, 6 / std::sqrt(static_cast<float>(dimensions)));
  }
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
