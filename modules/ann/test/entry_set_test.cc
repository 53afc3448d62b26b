// Goal: a walk starts at nearly the nearest of many entries for the price of few. Method: groups against
// their definition; starts against a scan of all entries.
#include "entry_set.h"

#include <gmock/gmock.h>

#include "ann_scenarios.h"
#include "coded_vectors.h"
#include "seeded_order.h"

namespace lake::ann {
namespace {

class EntrySetTest : public testing::Test {
 protected:
  static constexpr size_t kEntries = 1000;

  float ToHead(const Entries& entries, uint32_t row, size_t head) const {
    Origin origin;
    rows_.SetOrigin(row, Code::kInt4, &origin);
    return rows_.Distance(origin, Code::kInt4, entries.rows[head]);
  }
  /// All entries by their distance, the nearest first.
  std::vector<Candidate> InOrder(const Entries& entries, const Origin& query) const {
    std::vector<Candidate> all;
    for (const uint32_t row : entries.rows) all.push_back({rows_.Distance(query, Code::kInt4, row), row});
    std::ranges::sort(all, std::less<>());
    return all;
  }

  ThreadTeam team_{2};
  SampleVectors sample_ = SmallSample(SampleKind::kSubtopics);
  CodedVectors coded_{BestKernels(), sample_.rows(), Ids(sample_.row_count), Metric::kCosine, &team_};
  CodedRows rows_ = coded_.rows();
  std::vector<uint32_t> drawn_ = SeededOrder(coded_.graph_members(), 1);
};

TEST_F(EntrySetTest, EveryEntryIsInTheGroupOfItsNearestHead) {
  const auto sample = std::span<const uint32_t>(drawn_).first(kEntries);
  const EntrySet set(rows_, sample);
  const Entries entries = set.view();
  EXPECT_THAT(entries.rows, testing::UnorderedElementsAreArray(sample));
  ASSERT_GT(entries.heads(), 10);
  ASSERT_LT(entries.heads(), kEntries / 5);
  EXPECT_EQ(entries.group_ends.back(), kEntries);
  for (size_t group = 0; group < entries.heads(); ++group) {
    ASSERT_LE(entries.group_begin(group), entries.group_ends[group]);
    for (size_t e = entries.group_begin(group); e < entries.group_ends[group]; ++e)
      for (size_t head = 0; head < entries.heads(); ++head)
        EXPECT_GE(ToHead(entries, entries.rows[e], head), ToHead(entries, entries.rows[e], group));
  }
}

TEST_F(EntrySetTest, StartsAreNearlyTheNearest) {
  const EntrySet set(rows_, std::span<const uint32_t>(drawn_).first(kEntries));
  const Entries entries = set.view();
  size_t nearest = 0;
  size_t compared = 0;
  for (size_t q = 0; q < sample_.query_count; ++q) {
    Origin query;
    ASSERT_TRUE(rows_.space->EncodeQuery(sample_.queries().row_span(q), &query).ok());
    const Starts starts = entries.Nearest(query);
    ASSERT_EQ(starts.count, kStarts);
    std::vector<float> distances;
    for (const uint32_t row : starts.rows()) distances.push_back(rows_.Distance(query, Code::kInt4, row));
    EXPECT_TRUE(std::ranges::is_sorted(distances));
    nearest += starts.row[0] == InOrder(entries, query).front().row ? 1 : 0;
    compared += starts.compared;
  }
  EXPECT_GT(static_cast<double>(nearest), 0.8 * static_cast<double>(sample_.query_count));
  EXPECT_LT(compared, sample_.query_count * kEntries / 4);
}

TEST_F(EntrySetTest, FewEntriesAreAllCompared) {
  for (const size_t count : std::initializer_list<size_t>{0, 1, 3, 6}) {
    const EntrySet set(rows_, std::span<const uint32_t>(drawn_).first(count));
    Origin query;
    ASSERT_TRUE(rows_.space->EncodeQuery(sample_.queries().row_span(0), &query).ok());
    const Starts starts = set.view().Nearest(query);
    EXPECT_EQ(starts.compared, count);
    const std::vector<Candidate> all = InOrder(set.view(), query);
    ASSERT_EQ(starts.count, std::min(count, kStarts));
    for (size_t i = 0; i < starts.count; ++i) EXPECT_EQ(starts.row[i], all[i].row);
  }
}

}  // namespace
}  // namespace lake::ann
