// Goal: fusion orders by the sum of reciprocal ranks. Method: lists small enough to add up by hand.
#include "fusion.h"

#include <gmock/gmock.h>

namespace lake::search {
namespace {

std::vector<uint64_t> Rows(const std::vector<FusedRow>& fused) {
  std::vector<uint64_t> rows;
  for (const FusedRow& row : fused) rows.push_back(row.row);
  return rows;
}

TEST(FusionTest, WhatIsInBothListsIsFirst) {
  const std::vector<RankedRow> by_vector = {{.row = 1, .score = 0.9}, {.row = 2, .score = 0.8}};
  const std::vector<RankedRow> by_text = {{.row = 3, .score = 7}, {.row = 2, .score = 5}};
  const std::vector<FusedRow> fused = Fuse(by_vector, by_text, 10);
  EXPECT_THAT(Rows(fused), testing::ElementsAre(2, 1, 3));
  EXPECT_DOUBLE_EQ(fused[0].score, 2.0 / 62);
  EXPECT_DOUBLE_EQ(fused[1].score, 1.0 / 61);
  EXPECT_EQ(fused[0].vector_score, 0.8);
  EXPECT_EQ(fused[0].text_score, 5);
  EXPECT_FALSE(fused[1].text_score.has_value());
  EXPECT_FALSE(fused[2].vector_score.has_value());
}

TEST(FusionTest, GivesAtMostK) {
  const std::vector<RankedRow> list = {{.row = 5}, {.row = 4}, {.row = 6}};
  EXPECT_THAT(Rows(Fuse(list, {}, 2)), testing::ElementsAre(5, 4));
  EXPECT_THAT(Rows(Fuse({}, {}, 2)), testing::IsEmpty());
}

}  // namespace
}  // namespace lake::search
