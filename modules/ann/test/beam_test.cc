// Goal: a walk keeps the nearest rows it met, in order, and goes as far as its limits say. Method: one graph
// walked with several limits, side by side; a neighbour that is no row.
#include "beam.h"

#include <gmock/gmock.h>

#include "ann_scenarios.h"
#include "coded_vectors.h"
#include "entry_set.h"
#include "graph_builder.h"

namespace lake::ann {
namespace {

constexpr size_t kWidth = 60;
constexpr size_t kWanted = 10;

class BeamTest : public testing::Test {
 protected:
  static BuiltGraph Build(const CodedRows& rows, ThreadTeam* team) {
    std::vector<uint32_t> members(rows.count);
    std::iota(members.begin(), members.end(), 0U);
    return BuildGraph(rows, members, {.ef_construction = 64, .seed = 42}, {}, team).value();
  }

  /// Walks for query `q`; `beam_` has what it met.
  void Walk(size_t q, const WalkLimits& limits) {
    Origin query;
    ASSERT_TRUE(rows_.space->EncodeQuery(sample_.queries().row_span(q), &query).ok());
    const Starts starts = entries_.view().Nearest(query);
    beam_.Walk(graph_.view(), rows_, Code::kInt4, query, limits, starts.rows());
  }
  std::vector<Candidate> Found() const { return {beam_.found().begin(), beam_.found().end()}; }

  ThreadTeam team_{1};
  SampleVectors sample_ = SmallSample(SampleKind::kSubtopics);
  CodedVectors coded_{BestKernels(), sample_.rows(), Ids(sample_.row_count), Metric::kCosine, &team_};
  CodedRows rows_ = coded_.rows();
  BuiltGraph graph_ = Build(rows_, &team_);
  EntrySet entries_{rows_, graph_.entries};
  Beam beam_;
};

TEST_F(BeamTest, KeepsTheNearestInOrderAndExpandsThemAll) {
  for (size_t q = 0; q < 50; ++q) {
    Walk(q, {.width = kWidth});
    const std::vector<Candidate> found = Found();
    ASSERT_EQ(found.size(), kWidth);
    EXPECT_TRUE(std::ranges::is_sorted(found, [](const Candidate& a, const Candidate& b) {
      return !(b < a) && a != b;
    })) << "none twice";
    EXPECT_GE(beam_.statistics().hops, kWidth);
    EXPECT_GT(beam_.statistics().distances, kWidth);
  }
}

TEST_F(BeamTest, GoesNoFartherThanItsReach) {
  uint64_t hops = 0;
  uint64_t all_hops = 0;
  size_t same = 0;
  for (size_t q = 0; q < 50; ++q) {
    Walk(q, {.width = kWidth});
    const std::vector<Candidate> all = Found();
    all_hops += beam_.statistics().hops;
    Walk(q, {.width = kWidth, .wanted = kWanted, .reach = 1.1F});
    hops += beam_.statistics().hops;
    same += std::ranges::equal(std::span(all).first(kWanted), beam_.found().first(kWanted)) ? 1 : 0;
    // What is no farther than the reach, or the slack, is all of it.
    Walk(q, {.width = kWidth, .wanted = kWanted, .reach = 1, .slack = 10});
    EXPECT_EQ(Found(), all);
  }
  EXPECT_LT(2 * hops, all_hops);
  EXPECT_GE(same, 40);
}

TEST_F(BeamTest, WithoutAReachGoesOnPastAnEqualRow) {
  // By its code a row may be nearer to itself than not at all.
  size_t below_nothing = 0;
  Origin origin;
  for (uint32_t row = 0; row < 200; ++row) {
    ASSERT_TRUE(rows_.space->EncodeQuery(sample_.rows().row_span(row), &origin).ok());
    const Starts starts = entries_.view().Nearest(origin);
    beam_.Walk(graph_.view(), rows_, Code::kInt4, origin, {.width = kWidth}, starts.rows());
    ASSERT_EQ(beam_.found().size(), kWidth) << row;
    below_nothing += beam_.found().front().distance <= 0 ? 1 : 0;
  }
  EXPECT_GT(below_nothing, 10);
}

TEST_F(BeamTest, SaysThatANeighbourIsNoRow) {
  Walk(0, {.width = kWidth});
  ASSERT_FALSE(beam_.damaged());
  const uint32_t nearest = Found().front().row;
  graph_.neighbours[nearest * graph_.degree] = static_cast<uint32_t>(rows_.count);
  Walk(0, {.width = kWidth});
  EXPECT_TRUE(beam_.damaged());
}

}  // namespace
}  // namespace lake::ann
