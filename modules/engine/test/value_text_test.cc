// Goal: the text of values is exact. Method: fixed points, and properties over many values against the
// standard library's calendar and number reader.
#include "value_text.h"

#include <gtest/gtest.h>

#include <charconv>
#include <chrono>
#include <cmath>
#include <random>

#include "lake/common/json.h"

namespace lake::engine {
namespace {

template <class... Args>
std::string TextBy(void (*append)(Args..., TextBuffer*), Args... args) {
  TextBuffer text;
  append(args..., &text);
  return std::string(text.text());
}

TEST(ValueTextTest, DatesAgreeWithTheStandardCalendar) {
  for (int64_t day = -800'000; day <= 3'000'000; day += 97) {
    const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{day}}};
    const int year = static_cast<int>(date.year());
    const std::string expected =
        (year < 0      ? fmt::format("-{:04}", -year)
         : year > 9999 ? fmt::format("+{}", year)
                       : fmt::format("{:04}", year)) +
        fmt::format("-{:02}-{:02}", static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
    ASSERT_EQ(TextBy<int64_t>(AppendDate, day), expected) << day;
  }
}

TEST(ValueTextTest, TimestampsBeforeTheEpoch) {
  EXPECT_EQ((TextBy<int64_t, int>(AppendTimestamp, -1, 6)), "1969-12-31T23:59:59.999999");
  EXPECT_EQ((TextBy<int64_t, int>(AppendTimestamp, -1, 0)), "1969-12-31T23:59:59");
  EXPECT_EQ((TextBy<int64_t, int>(AppendTimestamp, INT64_MIN + 1, 9)), "1677-09-21T00:12:43.145224193");
  EXPECT_EQ((TextBy<int64_t, int>(AppendTimestamp, INT64_MAX, 9)), "2262-04-11T23:47:16.854775807");
}

TEST(ValueTextTest, IntervalsOfExtremeParts) {
  EXPECT_EQ((TextBy<int32_t, int32_t, int64_t>(AppendInterval, INT32_MIN, INT32_MIN, INT64_MIN)),
            "P-178956970Y-8M-2147483648DT-2562047788H-54.775808S");
  EXPECT_EQ((TextBy<int32_t, int32_t, int64_t>(AppendInterval, 0, 0, 60'000'000)), "PT1M");
  EXPECT_EQ((TextBy<int32_t, int32_t, int64_t>(AppendInterval, 0, 5, 0)), "P5D");
}

void ExpectReadsBack(double value) {
  const std::string text = TextBy<double>(AppendFloating, value);
  double back = 0;
  std::from_chars(text.data(), text.data() + text.size(), back);
  ASSERT_EQ(std::bit_cast<uint64_t>(back), std::bit_cast<uint64_t>(value)) << text;
  ASSERT_NE(text.find_first_of(".e"), std::string::npos) << text;
}

TEST(ValueTextTest, DoublesReadBackToTheSameValue) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 100'000; ++i) {
    const double value = std::bit_cast<double>(random());
    if (std::isfinite(value)) ExpectReadsBack(value);
  }
}

TEST(ValueTextTest, PricesReadBackAndAreShort) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 100'000; ++i) {
    const auto cents = static_cast<int64_t>(random() % 2'000'000'000'000) - 1'000'000'000'000;
    const double price = static_cast<double>(cents) / 100;
    ExpectReadsBack(price);
    std::array<char, 32> fixed;
    const auto end =
        std::to_chars(fixed.data(), fixed.data() + fixed.size(), price, std::chars_format::fixed).ptr;
    std::string expected(fixed.data(), end);
    if (expected.find('.') == std::string::npos) expected += ".0";
    ASSERT_EQ(TextBy<double>(AppendFloating, price), expected);
  }
  for (const double value :
       {0.0, -0.0, 1e5, 1e15, 1e16, 123456789012.3456, 0.0001, 0.00011, 99999999999.9999})
    ExpectReadsBack(value);
  EXPECT_EQ(TextBy<double>(AppendFloating, 100'000), "100000.0");
}

TEST(ValueTextTest, DecimalsOfEveryScale) {
  EXPECT_EQ((TextBy<Int128, int>(AppendDecimal, 0, 0)), "0");
  EXPECT_EQ((TextBy<Int128, int>(AppendDecimal, 0, 3)), "0.000");
  EXPECT_EQ((TextBy<Int128, int>(AppendDecimal, -5, 3)), "-0.005");
  EXPECT_EQ((TextBy<Int128, int>(AppendDecimal, 12345, 3)), "12.345");
  EXPECT_EQ((TextBy<int64_t, int>(AppendDecimal, 0, 3)), "0.000");
  EXPECT_EQ((TextBy<int64_t, int>(AppendDecimal, INT64_MIN, 18)), "-9.223372036854775808");
  EXPECT_EQ((TextBy<int64_t, int>(AppendDecimal, -12345, 0)), "-12345");
  const Int128 least = static_cast<Int128>(static_cast<UInt128>(1) << 127);
  EXPECT_EQ((TextBy<Int128, int>(AppendDecimal, least, 38)), "-1.70141183460469231731687303715884105728");
}

TEST(ValueTextTest, JsonTextReadsBack) {
  std::mt19937 random(7);
  for (int i = 0; i < 20'000; ++i) {
    std::string text;
    const size_t length = random() % 40;
    for (size_t j = 0; j < length; ++j) {
      const auto kind = random() % 8;
      text += kind == 0   ? std::string("é")
              : kind == 1 ? std::string("𝄞")
                          : std::string(1, static_cast<char>(random() % 128));
    }
    const std::string json = TextBy<std::string_view>(AppendJsonText, text);
    const auto back = ParseJson(json);
    ASSERT_TRUE(back.ok()) << json;
    ASSERT_EQ(back->as_string(), text);
  }
}

TEST(ValueTextTest, Base64OfEveryLength) {
  EXPECT_EQ(TextBy<std::string_view>(AppendBase64, ""), "");
  EXPECT_EQ(TextBy<std::string_view>(AppendBase64, "f"), "Zg==");
  EXPECT_EQ(TextBy<std::string_view>(AppendBase64, "fo"), "Zm8=");
  EXPECT_EQ(TextBy<std::string_view>(AppendBase64, "foo"), "Zm9v");
  EXPECT_EQ(TextBy<std::string_view>(AppendBase64, "foob"), "Zm9vYg==");
  EXPECT_EQ(TextBy<std::string_view>(AppendBase64, "\xFF\xFE\xFD"), "//79");
}

TEST(ValueTextTest, CsvQuotesWhatNeedsQuotes) {
  EXPECT_EQ(TextBy<std::string_view>(AppendCsvText, "plain text"), "plain text");
  EXPECT_EQ(TextBy<std::string_view>(AppendCsvText, ""), "\"\"");
  EXPECT_EQ(TextBy<std::string_view>(AppendCsvText, "a,b"), "\"a,b\"");
  EXPECT_EQ(TextBy<std::string_view>(AppendCsvText, "say \"hi\""), "\"say \"\"hi\"\"\"");
  EXPECT_EQ(TextBy<std::string_view>(AppendCsvText, "a\rb"), "\"a\rb\"");
}

}  // namespace
}  // namespace lake::engine
