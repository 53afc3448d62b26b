// Goal: every set of kernels gives the bits of the scalar one. Method: all lengths, extreme and seeded
// values, rows in any order, on every target this processor has.
#include "lake/ann/kernels.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>

#include "lake/common/seeded_numbers.h"

namespace lake::ann {
namespace {

std::vector<int8_t> Codes(SeededNumbers* numbers, size_t count) {
  std::vector<int8_t> codes(count);
  for (int8_t& code : codes) code = static_cast<int8_t>(static_cast<int>(numbers->Below(255)) - 127);
  return codes;
}

std::vector<float> Floats(SeededNumbers* numbers, size_t count) {
  std::vector<float> floats(count);
  for (float& value : floats)
    value = static_cast<float>((numbers->Uniform() - 0.5) * std::exp2(numbers->Below(40)));
  return floats;
}

class KernelsTest : public testing::TestWithParam<Target> {
 protected:
  const Kernels& kernels_ = KernelsFor(GetParam());
  const Kernels& scalar_ = KernelsFor(Target::kScalar);
  SeededNumbers numbers_{1};
};

INSTANTIATE_TEST_SUITE_P(Available, KernelsTest, testing::ValuesIn(AvailableTargets()),
                         [](const auto& target) { return std::string(TargetName(target.param)); });

TEST(KernelsScalarTest, SumsByHand) {
  const Kernels& scalar = KernelsFor(Target::kScalar);
  std::vector<int8_t> a(64, 0);
  std::vector<int8_t> b(64, 0);
  a[0] = 127, b[0] = -127, a[63] = 3, b[63] = 5;
  EXPECT_EQ(scalar.dot_codes(a.data(), b.data(), 64), -127 * 127 + 15);
  const std::vector<float> x = {1, 2, 3};
  const std::vector<float> y = {4, -5, 6};
  EXPECT_EQ(scalar.dot(x.data(), y.data(), 3), 12);
  EXPECT_EQ(scalar.squared_distance(x.data(), y.data(), 3), 9 + 49 + 9);
}

TEST_P(KernelsTest, CodesOfEveryLength) {
  for (size_t bytes = 0; bytes <= 4096; bytes += kCodeAlignment) {
    const std::vector<int8_t> a = Codes(&numbers_, bytes);
    const std::vector<int8_t> b = Codes(&numbers_, bytes);
    ASSERT_EQ(kernels_.dot_codes(a.data(), b.data(), bytes), scalar_.dot_codes(a.data(), b.data(), bytes))
        << bytes;
  }
}

TEST_P(KernelsTest, TheLargestCodesDoNotOverflow) {
  for (const int left : {-127, 127}) {
    for (const int right : {-127, 127}) {
      const std::vector<int8_t> a(4096, static_cast<int8_t>(left));
      const std::vector<int8_t> b(4096, static_cast<int8_t>(right));
      EXPECT_EQ(kernels_.dot_codes(a.data(), b.data(), 4096), 4096 * left * right);
    }
  }
}

TEST_P(KernelsTest, CodesAtRowsInAnyOrder) {
  constexpr size_t kBytes = 192;
  const std::vector<int8_t> codes = Codes(&numbers_, 50 * kBytes);
  const std::vector<int8_t> query = Codes(&numbers_, kBytes);
  for (size_t count = 0; count < 20; ++count) {
    std::vector<uint32_t> rows(count);
    for (uint32_t& row : rows) row = static_cast<uint32_t>(numbers_.Below(50));
    std::vector<int32_t> sums(count);
    kernels_.dot_codes_at(query.data(), codes.data(), kBytes, rows, sums.data());
    for (size_t i = 0; i < count; ++i)
      ASSERT_EQ(sums[i], scalar_.dot_codes(query.data(), codes.data() + rows[i] * kBytes, kBytes));
  }
}

TEST_P(KernelsTest, FloatsOfEveryLengthToTheLastBit) {
  for (size_t count = 0; count <= 300; ++count) {
    // Unaligned on purpose: rows of any number of dimensions follow one another.
    const std::vector<float> a = Floats(&numbers_, count + 1);
    const std::vector<float> b = Floats(&numbers_, count + 1);
    const auto bits = [](float value) { return std::bit_cast<uint32_t>(value); };
    ASSERT_EQ(bits(kernels_.dot(&a[1], &b[1], count)), bits(scalar_.dot(&a[1], &b[1], count))) << count;
    ASSERT_EQ(bits(kernels_.squared_distance(&a[1], &b[1], count)),
              bits(scalar_.squared_distance(&a[1], &b[1], count)))
        << count;
  }
}

}  // namespace
}  // namespace lake::ann
