// Goal: deletions are counted where they lie, and a neighbourhood that is gone calls for a rebuild. Method:
// indexes of sample vectors; rows deleted around a row, and as many anywhere.
#include "lake/ann/region_map.h"

#include <gmock/gmock.h>

#include "ann_scenarios.h"
#include "lake/common/seeded_numbers.h"

namespace lake::ann {
namespace {

class RegionMapTest : public testing::Test {
 protected:
  const SampleVectors& sample_ = SmallIndex(SampleKind::kSubtopics, Metric::kCosine, 16).sample;
  const Index& index_ = SmallIndex(SampleKind::kSubtopics, Metric::kCosine, 16).index;
  RegionMap map_ = index_.Regions().value();

  RowSet WholeRegionOf(size_t row) const {
    RowSet rows(index_.rows());
    for (size_t r = 0; r < index_.rows(); ++r)
      if (map_.region_of(r) == map_.region_of(row)) rows.Add(r);
    return rows;
  }
  bool CallsForRebuild(const RowSet& deleted) const { return CallForRebuild(map_.Count(deleted)); }
};

TEST_F(RegionMapTest, EveryRowIsCountedOnce) {
  RowSet deleted(index_.rows());
  for (size_t row = 0; row < index_.rows(); row += 7) deleted.Add(row);
  size_t rows = 0;
  size_t found = 0;
  for (const RegionDeletions& region : map_.Count(deleted)) {
    EXPECT_GE(region.rows, 1u) << "its head";
    EXPECT_LE(region.deleted, region.rows);
    rows += region.rows;
    found += region.deleted;
  }
  EXPECT_EQ(rows, index_.rows());
  EXPECT_EQ(found, deleted.count());
  EXPECT_GE(map_.regions(), 50u);
}

TEST_F(RegionMapTest, RowsOfARegionLieTogether) {
  double within = 0;
  double anywhere = 0;
  size_t pairs = 0;
  for (size_t row = 0; row + 1 < index_.rows(); ++row) {
    const size_t other = (row * 31 + 17) % index_.rows();
    size_t same = row + 1;
    while (same < index_.rows() && map_.region_of(same) != map_.region_of(row)) ++same;
    if (same == index_.rows()) continue;
    within += TrueDistance(index_.metric(), sample_.rows().row_span(row), sample_.rows().row_span(same));
    anywhere += TrueDistance(index_.metric(), sample_.rows().row_span(row), sample_.rows().row_span(other));
    ++pairs;
  }
  ASSERT_GT(pairs, 1000u);
  EXPECT_LT(within, 0.9 * anywhere);
}

TEST_F(RegionMapTest, ANeighbourhoodThatIsGoneCallsForARebuild) {
  std::vector<RegionDeletions> counts = map_.Count(RowSet(index_.rows()));
  const auto largest = std::ranges::max_element(counts, {}, &RegionDeletions::rows) - counts.begin();
  size_t row = 0;
  while (map_.region_of(row) != static_cast<uint32_t>(largest)) ++row;
  const RowSet gone = WholeRegionOf(row);
  ASSERT_GE(gone.count(), kSmallestWornRegion);
  EXPECT_LT(gone.count(), index_.rows() / 10);
  EXPECT_TRUE(CallsForRebuild(gone));

  RowSet anywhere(index_.rows());
  SeededNumbers numbers(5);
  while (anywhere.count() < gone.count()) anywhere.Add(numbers.Below(index_.rows()));
  EXPECT_FALSE(CallsForRebuild(anywhere));
}

TEST_F(RegionMapTest, HalfOfAllCallsForARebuild) {
  RowSet deleted(index_.rows());
  EXPECT_FALSE(CallsForRebuild(deleted));
  for (size_t row = 0; row < index_.rows(); row += 3) deleted.Add(row);
  EXPECT_FALSE(CallsForRebuild(deleted));
  for (size_t row = 1; row < index_.rows(); row += 3) deleted.Add(row);
  EXPECT_TRUE(CallsForRebuild(deleted));
}

TEST(RegionMapEdgesTest, WithoutAGraphThereIsOneRegion) {
  const SampleVectors sample = MakeSampleVectors({.rows = 100, .queries = 1, .dimensions = 16});
  const RegionMap map = BuildOrDie(sample.rows(), {}).Regions().value();
  EXPECT_EQ(map.regions(), 1u);
  RowSet deleted(100);
  deleted.Add(3);
  EXPECT_THAT(map.Count(deleted), testing::SizeIs(1));
  EXPECT_EQ(map.Count(deleted)[0].rows, 100u);
  EXPECT_EQ(map.Count(deleted)[0].deleted, 1u);
}

TEST(RegionMapEdgesTest, EqualRowsLieWhereTheFirstOfThemLies) {
  SampleVectors sample = SmallSample(SampleKind::kTopics);
  for (size_t r = 1000; r < 1100; ++r)
    std::ranges::copy(sample.rows().row_span(7), sample.values.begin() + static_cast<std::ptrdiff_t>(r * 96));
  const RegionMap map = BuildOrDie(sample.rows(), {.degree = 16}).Regions().value();
  for (size_t r = 1000; r < 1100; ++r) EXPECT_EQ(map.region_of(r), map.region_of(7));
}

}  // namespace
}  // namespace lake::ann
