// Goal: every text is in exactly one batch and no batch is above a limit. Method: seeded lengths, and limits
// by hand.
#include "packing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "lake/common/seeded_numbers.h"

namespace lake::models {
namespace {

using testing::ElementsAre;

TEST(PackingTest, PutsEachTextIntoOneBatchWithinTheLimits) {
  SeededNumbers numbers(7);
  for (size_t round = 0; round < 200; ++round) {
    std::vector<size_t> lengths(numbers.Below(300));
    for (size_t& length : lengths) length = 2 + numbers.Below(255);
    std::set<size_t> seen;
    for (const std::vector<size_t>& batch : PackTexts(lengths, {.tokens = 256, .texts = 16})) {
      size_t tokens = 0;
      for (const size_t text : batch) {
        EXPECT_TRUE(seen.insert(text).second);
        tokens += lengths[text];
      }
      EXPECT_LE(tokens, 256u);
      EXPECT_THAT(batch.size(), testing::AllOf(testing::Ge(1u), testing::Le(16u)));
    }
    EXPECT_EQ(seen.size(), lengths.size());
  }
}

TEST(PackingTest, LongestFirstAndEqualOnesInOrder) {
  const std::vector<size_t> lengths = {3, 10, 3, 7, 3};
  EXPECT_THAT(PackTexts(lengths, {.tokens = 10, .texts = 2}),
              ElementsAre(ElementsAre(1), ElementsAre(3, 0), ElementsAre(2, 4)));
  EXPECT_THAT(PackTexts({}, {.tokens = 10, .texts = 2}), ElementsAre());
}

}  // namespace
}  // namespace lake::models
