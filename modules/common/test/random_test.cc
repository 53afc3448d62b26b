// Goal: ids have their prescribed form and bounded numbers are uniform. Method: seeded source, counted
// outcomes.
#include "lake/common/random.h"

#include <gmock/gmock.h>

#include <array>
#include <set>

#include "lake/common_testing/seeded_random.h"

namespace lake {
namespace {

TEST(RandomTest, UuidIsVersion7AndSortsByTime) {
  SeededRandom random(1);
  const std::string early = random.NextUuid(0x0123'4567'89AB);
  const std::string late = random.NextUuid(0x0123'4567'89AC);
  EXPECT_THAT(early, testing::MatchesRegex("01234567-89ab-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
  EXPECT_LT(early, late);
}

TEST(RandomTest, SameSeedSameStreamOtherSeedOtherStream) {
  SeededRandom a(1);
  SeededRandom b(1);
  SeededRandom c(2);
  const std::string text = a.NextHex(20);
  EXPECT_EQ(text.size(), 40u);
  EXPECT_EQ(b.NextHex(20), text);
  EXPECT_NE(c.NextHex(20), text);
}

TEST(RandomTest, BelowIsBoundedAndUniform) {
  SeededRandom random(3);
  std::array<int, 6> counts{};
  for (int i = 0; i < 60'000; ++i) ++counts[random.NextBelow(6)];
  for (const int count : counts) EXPECT_NEAR(count, 10'000, 500);  // 5.5 standard deviations
  for (int i = 0; i < 100; ++i) EXPECT_EQ(random.NextBelow(1), 0u);
}

TEST(RandomTest, BelowPrefersNoHalfOfAHugeRange) {
  // Plain modulo by 3·2^62 would give the lowest third twice as often as the others.
  SeededRandom random(4);
  constexpr uint64_t kThird = uint64_t{1} << 62;
  int lowest = 0;
  for (int i = 0; i < 30'000; ++i) lowest += random.NextBelow(3 * kThird) < kThird ? 1 : 0;
  EXPECT_NEAR(lowest, 10'000, 500);
}

TEST(RandomTest, SystemRandomDiffersEachTime) {
  SystemRandom random;
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) seen.insert(random.NextHex(16));
  EXPECT_EQ(seen.size(), 100u);
  EXPECT_EQ(random.NextHex(1000).size(), 2000u);  // More than getrandom gives without a signal check.
}

}  // namespace
}  // namespace lake
