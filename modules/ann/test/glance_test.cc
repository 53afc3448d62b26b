// Goal: a glance spares most codes that are too far, and hardly ever loses one that is not. Method: what it
// keeps against all distances by code, over metrics and lengths of vectors; codes that are not worth one.
#include "glance.h"

#include <gmock/gmock.h>

#include "ann_scenarios.h"
#include "coded_vectors.h"

namespace lake::ann {
namespace {

class GlanceTest : public testing::TestWithParam<Metric> {
 protected:
  static SampleVectors Sample(size_t dimensions) {
    SampleVectors sample = MakeSampleVectors(
        {.kind = SampleKind::kSubtopics, .rows = 2000, .queries = 50, .dimensions = dimensions});
    for (size_t i = 0; i < sample.values.size(); ++i)
      sample.values[i] *= 0.8F + static_cast<float>(i / dimensions % 5) / 10;
    return sample;
  }
  CodedVectors Coded(const SampleVectors& sample) {
    return {BestKernels(), sample.rows(), Ids(sample.row_count), GetParam(), &team_};
  }

  ThreadTeam team_{1};
  Origin query_;
};

INSTANTIATE_TEST_SUITE_P(Metrics, GlanceTest,
                         testing::Values(Metric::kCosine, Metric::kInnerProduct, Metric::kL2),
                         [](const auto& metric) { return std::string(MetricName(metric.param)); });

TEST_P(GlanceTest, KeepsWhatIsNearAndLittleElse) {
  const SampleVectors sample = Sample(384);
  const CodedVectors coded = Coded(sample);
  const CodedRows rows = coded.rows();
  size_t near = 0;
  size_t lost = 0;
  size_t far = 0;
  size_t kept_far = 0;
  for (size_t q = 0; q < sample.query_count; ++q) {
    ASSERT_TRUE(rows.space->EncodeQuery(sample.queries().row_span(q), &query_).ok());
    std::vector<float> distances;
    for (uint32_t row = 0; row < sample.row_count; ++row)
      distances.push_back(rows.Distance(query_, Code::kInt4, row));
    std::vector<float> sorted = distances;
    std::ranges::nth_element(sorted, sorted.begin() + 60);
    const float limit = sorted[60];
    const Glance glance(rows, Code::kInt4, query_);
    for (uint32_t begin = 0; begin < sample.row_count; begin += 100) {
      std::vector<uint32_t> some(100);
      std::iota(some.begin(), some.end(), begin);
      const auto kept = std::span(some).first(glance.Keep(limit, some));
      EXPECT_TRUE(std::ranges::is_sorted(kept, std::less_equal<>())) << "in their order, none twice";
      for (uint32_t row = begin; row < begin + 100; ++row) {
        const bool is_kept = std::ranges::binary_search(kept, row);
        (distances[row] <= limit ? near : far) += 1;
        (distances[row] <= limit ? lost : kept_far) += is_kept == (distances[row] > limit) ? 1 : 0;
      }
    }
  }
  EXPECT_LT(static_cast<double>(lost), 0.05 * static_cast<double>(near));
  EXPECT_LT(static_cast<double>(kept_far), 0.5 * static_cast<double>(far));
}

TEST_P(GlanceTest, KeepsAllWhereItWouldSpareNothing) {
  std::vector<uint32_t> some = {5, 3, 1000};
  for (const auto [dimensions, code] : {std::pair{256, Code::kInt4}, {384, Code::kInt8}, {384, Code::kF32}}) {
    const SampleVectors sample = Sample(static_cast<size_t>(dimensions));
    const CodedVectors coded = Coded(sample);
    const CodedRows rows = coded.rows();
    ASSERT_TRUE(rows.space->EncodeQuery(sample.queries().row_span(0), &query_).ok());
    EXPECT_EQ(Glance(rows, code, query_).Keep(-1, some), some.size());
  }
}

}  // namespace
}  // namespace lake::ann
