// Goal: every set of kernels gives the bits of the scalar one. Method: all lengths, extreme and seeded
// values, rows in any order, on every target this processor has.
#include "lake/ann/kernels.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstring>

#include "lake/common/seeded_numbers.h"

namespace lake::ann {
namespace {

std::vector<int8_t> Codes(SeededNumbers* numbers, size_t count) {
  std::vector<int8_t> codes(count);
  for (int8_t& code : codes) code = static_cast<int8_t>(static_cast<int>(numbers->Below(255)) - 127);
  return codes;
}

std::vector<uint8_t> Halves(SeededNumbers* numbers, size_t bytes) {
  std::vector<uint8_t> halves(bytes);
  for (uint8_t& both : halves) both = static_cast<uint8_t>(numbers->Below(256));
  return halves;
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
  std::vector<int8_t> query(256, 0);
  std::vector<uint8_t> halves(128, 0);
  // Of the first line the elements 0 and 64, of the second one 127.
  halves[0] = 0x3F, query[0] = -127, query[64] = 100;
  halves[127] = 0x50, query[128 + 127] = 7;
  EXPECT_EQ(scalar.dot_halves(query.data(), halves.data(), 128), -127 * 15 + 100 * 3 + 7 * 5);
  const std::vector<uint32_t> one_row = {0};
  LineSums sums;
  scalar.first_lines_at(query.data(), halves.data(), 128, one_row, &sums);
  EXPECT_EQ(sums, (LineSums{.product = -127 * 15 + 100 * 3, .squares = 126 * 225 + 15 * 15 + 9 * 9}));
  std::vector<uint8_t> low(128, 0);
  low[0] = 0x21, low[127] = 0xF0;
  std::vector<int8_t> code(256);
  // 128 is taken off each: what is left of the sum is that of the halves.
  EXPECT_EQ(scalar.join_halves(halves.data(), low.data(), 128, code.data()),
            16 * (15 + 3 + 5) + 1 + 2 + 15 - 256 * 128);
  EXPECT_EQ(code[0], 15 * 16 + 1 - 128);
  EXPECT_EQ(code[64], 3 * 16 + 2 - 128);
  EXPECT_EQ(code[255], 5 * 16 + 15 - 128);
  scalar.join_halves(halves.data(), nullptr, 128, code.data());
  EXPECT_EQ(code[0], 15 * 16 + 8 - 128);
  std::vector<float> distances(kFloatsPerLine, 8);
  std::vector<float> to(kFloatsPerLine, 8);
  distances[3] = 5, to[3] = 4;
  distances[7] = 6, to[7] = 6;
  distances[9] = 6, to[9] = 7;
  EXPECT_EQ(scalar.strike_out(distances.data(), to.data(), 1, kFloatsPerLine, distances.data()), 7U);
  EXPECT_EQ(distances[3], kStruckOut);
  std::vector<float> left(kFloatsPerLine);
  EXPECT_EQ(scalar.strike_out(distances.data(), to.data(), 1.1F, kFloatsPerLine, left.data()), 7U);
  EXPECT_EQ(left, distances);
  std::vector<float> spike = {0, 0, 1, 0};
  scalar.hadamard(spike.data(), 4);
  EXPECT_EQ(spike, std::vector<float>({1, 1, -1, -1}));
  const std::vector<float> x = {1, 2, 3};
  const std::vector<float> y = {4, -5, 6};
  EXPECT_EQ(scalar.dot(x.data(), y.data(), 3), 12);
  EXPECT_EQ(scalar.squared_distance(x.data(), 1, y.data(), 1, 3), 9 + 49 + 9);
  EXPECT_EQ(scalar.squared_distance(x.data(), 2, y.data(), -1, 3), 36 + 1 + 144);
}

TEST_P(KernelsTest, HalvesOfEveryLength) {
  for (size_t bytes = 0; bytes <= 2048; bytes += kCodeAlignment) {
    const std::vector<int8_t> query = Codes(&numbers_, 2 * bytes);
    const std::vector<uint8_t> halves = Halves(&numbers_, bytes);
    ASSERT_EQ(kernels_.dot_halves(query.data(), halves.data(), bytes),
              scalar_.dot_halves(query.data(), halves.data(), bytes))
        << bytes;
  }
}

TEST_P(KernelsTest, HalvesJoinedOfEveryLength) {
  for (size_t bytes = 0; bytes <= 2048; bytes += kCodeAlignment) {
    const std::vector<uint8_t> high = Halves(&numbers_, bytes);
    const std::vector<uint8_t> low = Halves(&numbers_, bytes);
    for (const uint8_t* lower : {low.data(), static_cast<const uint8_t*>(nullptr)}) {
      std::vector<int8_t> ours(2 * bytes);
      std::vector<int8_t> expected(2 * bytes);
      ASSERT_EQ(kernels_.join_halves(high.data(), lower, bytes, ours.data()),
                scalar_.join_halves(high.data(), lower, bytes, expected.data()))
          << bytes;
      ASSERT_EQ(ours, expected) << bytes;
    }
  }
}

TEST_P(KernelsTest, StrikesOutOfEveryLength) {
  for (size_t count = kFloatsPerLine; count <= 512; count += kFloatsPerLine) {
    std::vector<float> ours(count);
    std::vector<float> to(count);
    // Few values, so that many are equal.
    for (float& distance : ours) distance = static_cast<float>(numbers_.Below(50)) - 2;
    for (float& distance : to) distance = static_cast<float>(numbers_.Below(100));
    ours[count - 1] = kStruckOut;
    std::vector<float> expected = ours;
    for (const float alpha : {1.0F, 1.1F}) {
      const size_t least = scalar_.strike_out(expected.data(), to.data(), alpha, count, expected.data());
      ASSERT_EQ(kernels_.strike_out(ours.data(), to.data(), alpha, count, ours.data()), least) << count;
      ASSERT_EQ(ours, expected) << count;
    }
  }
}

std::vector<uint8_t> HalfElements(SeededNumbers* numbers, size_t count) {
  std::vector<uint8_t> elements = Halves(numbers, count);
  for (uint8_t& element : elements) element &= 15;
  return elements;
}

/// Codes in panels, one byte each element, as the header says they lie.
std::vector<uint8_t> InPanels(const std::vector<std::vector<uint8_t>>& codes) {
  const size_t elements = codes[0].size();
  std::vector<uint8_t> panels(codes.size() * elements);
  for (size_t i = 0; i < codes.size(); ++i) {
    const size_t begin = i / kPanelCodes * kPanelCodes * elements;
    for (size_t d = 0; d < elements; ++d)
      panels[begin + 64 * (d / 4) + 4 * (i % kPanelCodes) + d % 4] = codes[i][d];
  }
  return panels;
}

struct alignas(kCodeAlignment) OriginLine {
  std::array<int8_t, kCodeAlignment> elements;
};

PanelTerms RandomTerms(SeededNumbers* numbers) {
  PanelTerms terms;
  for (auto* floats : {&terms.scale, &terms.norm2, &terms.extra})
    for (float& value : *floats) value = static_cast<float>(numbers->Uniform());
  for (int32_t& sum : terms.code_sum) sum = static_cast<int32_t>(numbers->Below(1000)) - 500;
  return terms;
}

/// What panel_distances gives for the origin at place r and the row at place c.
float DistanceByHand(const std::vector<int8_t>& origin, const PanelTerms& from, size_t r,
                     const std::vector<uint8_t>& row, const PanelTerms& to, size_t c) {
  int32_t sum = 0;
  for (size_t d = 0; d < origin.size(); ++d) sum += int32_t{origin[d]} * row[d];
  float product = from.scale[r] * to.scale[c] * static_cast<float>(16 * sum - 120 * from.code_sum[r]);
  product += from.extra[r] * to.extra[c];
  return from.norm2[r] + to.norm2[c] - 2 * product;
}

TEST_P(KernelsTest, PanelsOfEveryLengthToTheLastBit) {
  for (size_t elements = kElementsPerLine; elements <= 4096; elements += kElementsPerLine) {
    // One panel, and as many as sets compare at once or some more.
    const size_t panels = 1 + numbers_.Below(5);
    const size_t stride = panels * kPanelCodes + 5;
    std::vector<std::vector<int8_t>> origins(kPanelCodes);
    for (auto& origin : origins) origin = Codes(&numbers_, elements);
    // Those that could overflow.
    origins[3].assign(elements, -127), origins[9].assign(elements, 127);
    std::vector<std::vector<uint8_t>> rows(panels * kPanelCodes);
    for (auto& row : rows) row = HalfElements(&numbers_, elements);
    rows[14].assign(elements, 15);
    std::vector<OriginLine> of_origins(elements * kPanelCodes / sizeof(OriginLine));
    std::array<const int8_t*, kPanelCodes> begins;
    for (size_t r = 0; r < kPanelCodes; ++r) begins[r] = origins[r].data();
    kernels_.pack_origins(begins, elements, of_origins[0].elements.data());
    const std::vector<uint8_t> of_rows = InPanels(rows);
    const PanelTerms from = RandomTerms(&numbers_);
    std::vector<PanelTerms> to(panels);
    for (PanelTerms& terms : to) terms = RandomTerms(&numbers_);
    std::vector<float> ours(stride * kPanelCodes);
    kernels_.panel_distances({.elements = of_origins[0].elements.data(), .terms = &from},
                             {.elements = of_rows.data(), .terms = to.data(), .panels = panels},
                             kPanelCodes * elements, ours.data(), stride);
    for (size_t r = 0; r < kPanelCodes; ++r) {
      for (size_t c = 0; c < rows.size(); ++c)
        ASSERT_EQ(ours[stride * r + c],
                  DistanceByHand(origins[r], from, r, rows[c], to[c / kPanelCodes], c % kPanelCodes))
            << elements << " " << r << " " << c;
      for (size_t c = rows.size(); c < stride; ++c) ASSERT_EQ(ours[stride * r + c], 0) << "written beyond";
    }
  }
}

TEST_P(KernelsTest, TheLargestDoNotOverflow) {
  for (const int element : {-127, 127}) {
    const std::vector<int8_t> query(4096, static_cast<int8_t>(element));
    const std::vector<uint8_t> halves(2048, 0xFF);
    EXPECT_EQ(kernels_.dot_halves(query.data(), halves.data(), 2048), 4096 * element * 15);
  }
}

TEST_P(KernelsTest, HalvesAtRowsInAnyOrder) {
  for (const size_t bytes : std::initializer_list<size_t>{64, 192, 2048}) {
    const std::vector<uint8_t> halves = Halves(&numbers_, 50 * bytes);
    const std::vector<int8_t> query = Codes(&numbers_, 2 * bytes);
    for (size_t count = 0; count < 20; ++count) {
      std::vector<uint32_t> rows(count);
      for (uint32_t& row : rows) row = static_cast<uint32_t>(numbers_.Below(50));
      std::vector<int32_t> sums(count);
      kernels_.dot_halves_at(query.data(), halves.data(), bytes, rows, sums.data());
      for (size_t i = 0; i < count; ++i)
        ASSERT_EQ(sums[i], scalar_.dot_halves(query.data(), halves.data() + rows[i] * bytes, bytes));
    }
  }
}

TEST_P(KernelsTest, FirstLinesOfRowsInAnyOrder) {
  for (const size_t bytes : std::initializer_list<size_t>{64, 192, 2048}) {
    std::vector<uint8_t> halves = Halves(&numbers_, 50 * bytes);
    std::ranges::fill(std::span(halves).first(kCodeAlignment), uint8_t{0xFF});
    std::ranges::fill(std::span(halves).subspan(bytes, kCodeAlignment), uint8_t{0});
    for (size_t count = 0; count < 40; ++count) {
      const std::vector<int8_t> query = Codes(&numbers_, 2 * bytes);
      std::vector<uint32_t> rows(count);
      for (uint32_t& row : rows) row = static_cast<uint32_t>(numbers_.Below(50));
      std::vector<LineSums> ours(count);
      std::vector<LineSums> expected(count);
      kernels_.first_lines_at(query.data(), halves.data(), bytes, rows, ours.data());
      scalar_.first_lines_at(query.data(), halves.data(), bytes, rows, expected.data());
      ASSERT_EQ(ours, expected) << bytes << ", " << count;
    }
  }
}

TEST_P(KernelsTest, HadamardToTheLastBit) {
  for (size_t length = 1; length <= 4096; length *= 2) {
    const std::vector<float> values = Floats(&numbers_, length + 1);
    std::vector<float> ours = values;
    std::vector<float> expected = values;
    kernels_.hadamard(&ours[1], length);
    scalar_.hadamard(&expected[1], length);
    ASSERT_EQ(std::memcmp(ours.data(), expected.data(), ours.size() * sizeof(float)), 0) << length;
  }
}

TEST_P(KernelsTest, FloatsOfEveryLengthToTheLastBit) {
  for (size_t count = 0; count <= 300; ++count) {
    // Unaligned on purpose: rows of any number of dimensions follow one another.
    const std::vector<float> a = Floats(&numbers_, count + 1);
    const std::vector<float> b = Floats(&numbers_, count + 1);
    const auto bits = [](float value) { return std::bit_cast<uint32_t>(value); };
    ASSERT_EQ(bits(kernels_.dot(&a[1], &b[1], count)), bits(scalar_.dot(&a[1], &b[1], count))) << count;
    ASSERT_EQ(bits(kernels_.squared_distance(&a[1], 0.7F, &b[1], 1.3F, count)),
              bits(scalar_.squared_distance(&a[1], 0.7F, &b[1], 1.3F, count)))
        << count;
  }
}

}  // namespace
}  // namespace lake::ann
