// Goal: a graph from leaves is what one inserted row by row is: it depends on vectors and options alone,
// loses no row, and finds as much. Method: its parts against their definition; digests over threads and
// targets; walks through both graphs, side by side.

#include <gmock/gmock.h>

#include "ann_scenarios.h"
#include "beam.h"
#include "coded_vectors.h"
#include "entry_set.h"
#include "lake/common_testing/result_matchers.h"
#include "leaf_distances.h"
#include "leaves.h"
#include "reachability.h"
#include "seeded_order.h"

namespace lake::ann {
namespace {

constexpr GraphOptions kLeafOptions = {
    .code = Code::kInt4, .selection = {.degree = 24, .alpha = 1.05F}, .ef_construction = 64, .seed = 42};

std::vector<uint32_t> Counted(size_t count) {
  std::vector<uint32_t> rows(count);
  std::iota(rows.begin(), rows.end(), 0U);
  return rows;
}

class LeavesTest : public testing::Test {
 protected:
  CodedVectors Coded(const Matrix& vectors, const Kernels& kernels = BestKernels()) {
    return {kernels, vectors, Ids(vectors.rows), Metric::kCosine, &team_};
  }

  SampleVectors sample_ = SmallSample(SampleKind::kSubtopics);
  ThreadTeam team_{2};
};

TEST_F(LeavesTest, EveryRowIsInTheLeavesOfItsLeaders) {
  const CodedVectors coded = Coded(sample_.rows());
  const std::vector<uint32_t> members = SeededOrder(Counted(sample_.row_count), 1);
  const Leaves carved = CarveLeaves(coded.rows(), Code::kInt4, members, 3, {}, &team_).value();
  EXPECT_THAT(carved.order, testing::UnorderedElementsAreArray(members));
  std::vector<size_t> leaves_of(sample_.row_count);
  for (const std::vector<uint32_t>& leaf : carved.leaves) {
    EXPECT_GT(leaf.size(), 1);
    EXPECT_LE(leaf.size(), kMaxLeafRows);
    EXPECT_TRUE(std::ranges::is_sorted(leaf, std::less_equal<>())) << "ascending, none twice";
    for (const uint32_t row : leaf) ++leaves_of[row];
  }
  EXPECT_GT(carved.leaves.size(), 10);
  EXPECT_LE(std::ranges::max(leaves_of), 3);
  // A row alone in a leaf is in none.
  const auto all_three = std::ranges::count(leaves_of, size_t{3});
  EXPECT_GT(static_cast<double>(all_three), 0.98 * static_cast<double>(sample_.row_count));
}

TEST_F(LeavesTest, RowsThatNoLeaderTellsApartAreCutAnywhere) {
  constexpr size_t kRows = 4500;
  std::vector<float> values;
  for (size_t r = 0; r < kRows; ++r)
    for (size_t d = 0; d < 8; ++d) values.push_back(d == r % 2 ? 1.0F : 0.25F);
  const Matrix vectors = {.data = values.data(), .rows = kRows, .dimensions = 8};
  const CodedVectors coded = Coded(vectors);
  const Leaves carved = CarveLeaves(coded.rows(), Code::kInt4, Counted(kRows), 2, {}, &team_).value();
  std::set<uint32_t> seen;
  for (const std::vector<uint32_t>& leaf : carved.leaves) {
    EXPECT_LE(leaf.size(), kMaxLeafRows);
    seen.insert(leaf.begin(), leaf.end());
  }
  EXPECT_EQ(seen.size(), kRows);
}

TEST_F(LeavesTest, ALeafChoosesByTheRuleAmongAllOfIt) {
  const CodedVectors coded = Coded(sample_.rows());
  const CodedRows rows = coded.rows();
  LeafDistances distances;
  Selection selection;
  Origin origin;
  for (const uint32_t size : {2U, 3U, 31U, 250U, 601U}) {
    std::vector<uint32_t> leaf;
    for (uint32_t i = 0; i < size; ++i) leaf.push_back(7 * i + 5);
    distances.Compare(rows, Code::kInt4, leaf);
    for (size_t place = 0; place < size; place += 1 + size / 20) {
      rows.SetOrigin(leaf[place], Code::kInt4, &origin);
      std::vector<Candidate> nearest;
      for (const uint32_t row : leaf)
        if (row != leaf[place]) nearest.push_back({rows.Distance(origin, Code::kInt4, row), row});
      std::ranges::sort(nearest, std::less<>());
      const SelectionRule rule = {.degree = 16, .alpha = 1.1F};
      SelectNeighbours(rows, Code::kInt4, nearest, rule, &selection);
      // Selecting fills up to the fewest; a leaf leaves that to whoever knows all candidates.
      // The row among others that choose with it, and the last alone.
      const size_t begin = place - place % LeafDistances::kRowsTogether;
      distances.Choose(begin, std::min(LeafDistances::kRowsTogether, size - begin), rule);
      const std::span<const Candidate> chosen = distances.chosen(place - begin);
      if (chosen.size() >= kFewestNeighbours)
        EXPECT_THAT(chosen, testing::ElementsAreArray(selection.chosen)) << size << " " << place;
      else
        EXPECT_THAT(selection.chosen, testing::IsSupersetOf(chosen)) << size << " " << place;
    }
  }
}

/// The share of the ten nearest rows, by kInt4, that walks of width 40 meet.
double Met(const CodedRows& rows, const BuiltGraph& graph, const Matrix& queries) {
  const EntrySet entries(rows, graph.entries);
  Origin query;
  Beam beam;
  size_t met = 0;
  for (size_t q = 0; q < queries.rows; ++q) {
    EXPECT_TRUE(rows.space->EncodeQuery(queries.row_span(q), &query).ok());
    std::vector<Candidate> all;
    for (uint32_t row = 0; row < rows.count; ++row)
      all.push_back({rows.Distance(query, Code::kInt4, row), row});
    std::ranges::partial_sort(all, all.begin() + 10, std::less<>());
    beam.Walk(graph.view(), rows, Code::kInt4, query, {.width = 40}, entries.view().Nearest(query).rows());
    for (size_t i = 0; i < 10; ++i) met += static_cast<size_t>(std::ranges::count(beam.found(), all[i]));
  }
  return static_cast<double>(met) / static_cast<double>(10 * queries.rows);
}

TEST_F(LeavesTest, WalksFindTheNearestByEveryCode) {
  for (const SampleKind kind : {SampleKind::kTopics, SampleKind::kSubtopics}) {
    const SampleVectors sample = SmallSample(kind);
    const CodedVectors coded = Coded(sample.rows());
    const std::vector<uint32_t> members = Counted(sample.row_count);
    for (const Code code : {Code::kInt4, Code::kInt8, Code::kF32}) {
      GraphOptions options = kLeafOptions;
      options.code = code;
      const BuiltGraph built = BuildGraph(coded.rows(), members, options, {}, &team_).value();
      EXPECT_TRUE(UnreachableRows(built.view(), sample.row_count, members, built.entries).empty());
      EXPECT_GT(Met(coded.rows(), built, sample.queries()), 0.97) << CodeName(code);
    }
  }
}

TEST_F(LeavesTest, RewiredByTheSameRuleItIsTheSameGraph) {
  const CodedVectors coded = Coded(sample_.rows());
  // Not all rows are members where some are duplicates.
  std::vector<uint32_t> members = Counted(sample_.row_count);
  std::erase_if(members, [](uint32_t row) { return row % 10 == 3; });
  GraphOptions options = kLeafOptions;
  options.keep_candidates = true;
  const BuiltGraph built = BuildGraph(coded.rows(), members, options, {}, &team_).value();
  EXPECT_TRUE(UnreachableRows(built.view(), sample_.row_count, members, built.entries).empty());
  for (uint32_t row = 3; row < sample_.row_count; row += 10) EXPECT_TRUE(built.view().of(row).empty());
  const auto neighbours = [](const BuiltGraph& graph) {
    const std::span<const uint32_t> all = graph.neighbours;
    return std::vector<uint32_t>(all.begin(), all.end());
  };
  const BuiltGraph again =
      RewireGraph(coded.rows(), members, built.candidates, kLeafOptions, {}, &team_).value();
  EXPECT_EQ(neighbours(again), neighbours(built));
  options.selection.degree = 8;
  const BuiltGraph sparse = RewireGraph(coded.rows(), members, built.candidates, options, {}, &team_).value();
  EXPECT_EQ(sparse.degree, 8);
  EXPECT_TRUE(UnreachableRows(sparse.view(), sample_.row_count, members, sparse.entries).empty());
}

TEST_F(LeavesTest, ACancelledBuildEnds) {
  const CodedVectors coded = Coded(sample_.rows());
  CancelSource source;
  source.Cancel("stopped");
  EXPECT_THAT(BuildGraph(coded.rows(), Counted(sample_.row_count), kLeafOptions, source.token(), &team_),
              IsError(ErrorCode::kCancelled, "stopped"));
}

}  // namespace
}  // namespace lake::ann
