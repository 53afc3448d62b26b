// Goal: fusion by ranks orders by the sum of reciprocal ranks; fusion by scores by where they stand among all
// candidates, whatever their scale. Method: lists small enough to add up by hand.
#include "fusion.h"

#include <gmock/gmock.h>

namespace lake::search {
namespace {

using testing::ElementsAre;

std::vector<uint64_t> Rows(const std::vector<FusedRow>& fused) {
  std::vector<uint64_t> rows;
  for (const FusedRow& row : fused) rows.push_back(row.row);
  return rows;
}

TEST(FuseByRankTest, WhatIsInBothListsIsFirst) {
  const std::vector<FusedRow> by_vector = {{.row = 1, .score = 0.9}, {.row = 2, .score = 0.8}};
  const std::vector<FusedRow> by_text = {{.row = 3, .score = 7}, {.row = 2, .score = 5}};
  const std::vector<FusedRow> fused = FuseByRank(by_vector, by_text, 10);
  EXPECT_THAT(Rows(fused), ElementsAre(2, 1, 3));
  EXPECT_DOUBLE_EQ(fused[0].score, 2.0 / 62);
  EXPECT_DOUBLE_EQ(fused[1].score, 1.0 / 61);
  EXPECT_EQ(fused[0].vector_score, 0.8);
  EXPECT_EQ(fused[0].text_score, 5);
  EXPECT_FALSE(fused[1].text_score.has_value());
  EXPECT_FALSE(fused[2].vector_score.has_value());
}

TEST(FuseByRankTest, GivesAtMostK) {
  const std::vector<FusedRow> list = {{.row = 5}, {.row = 4}, {.row = 6}};
  EXPECT_THAT(Rows(FuseByRank(list, {}, 2)), ElementsAre(5, 4));
  EXPECT_THAT(Rows(FuseByRank({}, {}, 2)), testing::IsEmpty());
}

// Mean 0.5 and deviation 0.1 by meaning, mean 2 and deviation 2 by words.
const std::vector<FusedRow> kCandidates = {
    {.row = 1, .vector_score = 0.6, .text_score = 4},
    {.row = 2, .vector_score = 0.6},
    {.row = 3, .vector_score = 0.4, .text_score = 4},
    {.row = 4, .vector_score = 0.4},
};

TEST(FuseByScoreTest, IsTheMeanOfWhereTheScoresStand) {
  const std::vector<FusedRow> fused = FuseByScore(kCandidates, 10);
  EXPECT_THAT(Rows(fused), ElementsAre(1, 2, 3, 4));  // 2 and 3 are as good; ties by row.
  EXPECT_NEAR(fused[0].score, 0.5 + 1.0 / 6, 1e-12);
  EXPECT_NEAR(fused[1].score, 0.5, 1e-12);
  EXPECT_NEAR(fused[2].score, 0.5, 1e-12);
  EXPECT_NEAR(fused[3].score, 0.5 - 1.0 / 6, 1e-12);
  EXPECT_FALSE(fused[1].text_score.has_value());
}

TEST(FuseByScoreTest, ScalesDoNotMatter) {
  std::vector<FusedRow> candidates = {{.row = 1, .vector_score = 0.9, .text_score = 1},
                                      {.row = 2, .vector_score = 0.5, .text_score = 8},
                                      {.row = 3, .vector_score = 0.3, .text_score = 5},
                                      {.row = 4, .vector_score = 0.1}};
  const std::vector<FusedRow> before = FuseByScore(candidates, 4);
  for (FusedRow& row : candidates) {
    row.vector_score = 0.8 + 0.1 * *row.vector_score;
    if (row.text_score) row.text_score = 7 * *row.text_score;
  }
  const std::vector<FusedRow> after = FuseByScore(candidates, 4);
  ASSERT_EQ(Rows(after), Rows(before));
  for (size_t i = 0; i < after.size(); ++i) EXPECT_NEAR(after[i].score, before[i].score, 1e-12);
}

TEST(FuseByScoreTest, AnOutlierDoesNotDecideAlone) {
  // Seven deviations off by words, and as far by meaning: both count for three.
  std::vector<FusedRow> candidates = {{.row = 0, .vector_score = 0.1, .text_score = 1000},
                                      {.row = 1, .vector_score = 0.91}};
  for (uint64_t row = 2; row < 50; ++row) candidates.push_back({.row = row, .vector_score = 0.9});
  EXPECT_THAT(Rows(FuseByScore(candidates, 1)), ElementsAre(1));
  candidates[0].vector_score = 0.99;
  const std::vector<FusedRow> fused = FuseByScore(candidates, 1);
  EXPECT_THAT(Rows(fused), ElementsAre(0));
  EXPECT_EQ(fused[0].score, 1);
}

TEST(FuseByScoreTest, OutliersKeepTheirOrder) {
  // Both are more than three deviations above the others, and have none of the words.
  std::vector<FusedRow> candidates = {{.row = 0, .vector_score = 0.8}, {.row = 1, .vector_score = 0.9}};
  for (uint64_t row = 2; row < 100; ++row) candidates.push_back({.row = row, .vector_score = 0.1});
  const std::vector<FusedRow> fused = FuseByScore(candidates, 2);
  EXPECT_THAT(Rows(fused), ElementsAre(1, 0));
  EXPECT_EQ(fused[0].score, 0.75);
  EXPECT_EQ(fused[1].score, 0.75);
}

TEST(FuseByScoreTest, ScoresThatAreAllAlikeTellNothing) {
  const std::vector<FusedRow> fused =
      FuseByScore({{.row = 1, .vector_score = 0.1}, {.row = 2, .vector_score = 0.2}}, 1);
  EXPECT_THAT(Rows(fused), ElementsAre(2));
  EXPECT_THAT(Rows(FuseByScore({{.row = 7, .vector_score = 0.1, .text_score = 3}}, 5)), ElementsAre(7));
  EXPECT_THAT(FuseByScore({}, 5), testing::IsEmpty());
}

}  // namespace
}  // namespace lake::search
