// Goal: drawing ahead gives the bytes of the source, each once. Method: a source that counts.
#include "drawn_ahead.h"

#include <gtest/gtest.h>

#include <set>

namespace lake::gateway::drawn_ahead_test {
namespace {

/// Every eight bytes are the next number.
class Counting final : public RandomSource {
 public:
  void Fill(std::span<std::byte> bytes) override {
    ++calls;
    for (std::byte& byte : bytes) {
      byte = static_cast<std::byte>(drawn / 8 >> (8 * (drawn % 8)));
      ++drawn;
    }
  }
  uint64_t drawn = 0;
  int calls = 0;
};

TEST(DrawnAheadTest, GivesEachByteOnceAndAsksSeldom) {
  Counting source;
  DrawnAhead random(source);
  std::set<uint64_t> numbers;
  for (uint64_t i = 0; i < 1'000; ++i) EXPECT_TRUE(numbers.insert(random.NextU64()).second);
  EXPECT_EQ(numbers.size(), 1'000u);
  EXPECT_EQ(*numbers.rbegin(), 999u);
  EXPECT_LT(source.calls, 20);
}

TEST(DrawnAheadTest, GivesMoreThanABlock) {
  Counting source;
  DrawnAhead random(source);
  std::array<std::byte, 5'000> bytes{};
  random.Fill(std::span(bytes).first(3));
  random.Fill(std::span(bytes).subspan(3));
  Counting same;
  std::array<std::byte, 5'000> expected{};
  same.Fill(expected);
  EXPECT_EQ(bytes, expected);
}

}  // namespace
}  // namespace lake::gateway::drawn_ahead_test
