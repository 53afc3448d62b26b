// Goal: JSON in is refused exactly when it is wrong, JSON out reads back the same. Method: tables of texts
// with their byte offsets, boundary depths, and seeded random doubles and documents through writer and
// reader.
#include "lake/common/json.h"

#include <gmock/gmock.h>

#include <bit>
#include <cmath>
#include <limits>

#include "json_locate.h"
#include "lake/common/json_pointer.h"
#include "lake/common/utf8.h"
#include "lake/common_testing/result_matchers.h"
#include "lake/common_testing/seeded_random.h"

namespace lake::json_test {
namespace {

std::string Rewrite(std::string_view text) {
  const auto value = ParseJson(text);
  return value.ok() ? WriteJson(*value) : value.error().message();
}

TEST(JsonTest, KeepsWhatItReads) {
  for (const char* text : {"null",
                           "true",
                           "false",
                           "0",
                           "-1",
                           "9223372036854775807",
                           "-9223372036854775808",
                           "18446744073709551615",
                           "1.0",
                           "-0.0",
                           "0.1",
                           "1e+300",
                           "5e-324",
                           "1.7976931348623157e+308",
                           "\"\"",
                           "\"a\\\"b\\\\c/\\n\\t\\r\"",
                           "\"\\u0000\\u001f\"",
                           "\"grüße 😀\"",
                           "[]",
                           "{}",
                           "[1,[2,{\"a\":[]}]]",
                           "{\"b\":1,\"a\":null,\"\":2}"})
    EXPECT_EQ(Rewrite(text), text);
  EXPECT_EQ(Rewrite(" { \"a\" : [ 1 , 2.50 ] } \n"), R"({"a":[1,2.5]})");
  EXPECT_EQ(Rewrite(R"("\u00fc\ud83d\ude00\/\b\f")"), "\"ü😀/\\u0008\\u000c\"");
  EXPECT_EQ(Rewrite("1E2"), "100.0");
}

TEST(JsonTest, NumbersKeepTheirKind) {
  EXPECT_TRUE(ParseJson("9223372036854775807")->is_int());
  EXPECT_TRUE(ParseJson("9223372036854775808")->is_uint());
  EXPECT_TRUE(ParseJson("1.0")->is_double());
  EXPECT_TRUE(ParseJson("18446744073709551616.0")->is_double());
  EXPECT_TRUE(JsonValue(uint64_t{1}).is_int());
  EXPECT_TRUE(JsonValue(size_t{1} << 63).is_uint());
  EXPECT_TRUE(JsonValue(uint16_t{1}).is_int());
  EXPECT_EQ(JsonValue(size_t{1} << 63).as_double(), std::ldexp(1, 63));
  EXPECT_EQ(WriteJson(JsonValue(std::numeric_limits<double>::infinity())), "null");
  EXPECT_EQ(WriteJson(JsonValue(std::nan(""))), "null");
}

TEST(JsonTest, RefusalsSayWhere) {
  struct Case {
    std::string_view text;
    size_t offset;
    std::string_view what;
  };
  for (const Case& c : {Case{"", 0, "unexpected end"},
                        {"  ", 2, "unexpected end"},
                        {"{", 1, "unexpected end"},
                        {"[1,", 3, "unexpected end"},
                        {"[1,]", 3, "expected a value"},
                        {"[1 2]", 3, "expected ',' or ']'"},
                        {"{\"a\":1,}", 7, "expected a member name in quotes"},
                        {"{\"a\" 1}", 5, "expected ':'"},
                        {"{\"a\":1 \"b\":2}", 7, "expected ',' or '}'"},
                        {"{a:1}", 1, "expected a member name in quotes"},
                        {"[1}", 2, "expected ',' or ']'"},
                        {"1 2", 2, "unexpected text after the document"},
                        {"nul", 0, "expected a value"},
                        {"truex", 4, "unexpected text after the document"},
                        {"[NaN]", 1, "expected a value"},
                        {"[+1]", 1, "expected a value"},
                        {"[.5]", 1, "expected a value"},
                        {"[-]", 2, "expected a digit"},
                        {"[1.]", 3, "expected a digit"},
                        {"[1e]", 3, "expected a digit"},
                        {"[01]", 1, "leading zero"},
                        {"[18446744073709551616]", 1, "integer out of range"},
                        {"[-9223372036854775809]", 1, "integer out of range"},
                        {"[1, 1e400]", 4, "number out of range"},
                        {"[1e-400, x]", 9, "expected a value"},
                        {"[\"a", 3, "unexpected end"},
                        {"[\"a\nb\"]", 3, "unescaped control character in a string"},
                        {"[\"\\x\"]", 2, "bad escape in a string"},
                        {"[\"\\u12g4\"]", 2, "bad escape in a string"},
                        {"[\"\\ud800x\"]", 2, "bad escape in a string"},
                        {"[\"\xff\"]", 2, "not valid UTF-8"},
                        {"[\"\xc0\x80\"]", 2, "not valid UTF-8"},
                        {"[\"\xed\xa0\x80\"]", 2, "not valid UTF-8"},
                        {"\xef\xbb\xbf{}", 0, "expected a value"},
                        {"[1] // note", 4, "unexpected text after the document"}}) {
    const auto value = ParseJson(c.text);
    ASSERT_THAT(value, IsError(ErrorCode::kInvalidArgument, "bad_json")) << c.text;
    EXPECT_EQ(value.error().message(), fmt::format("not valid JSON: {} at byte {}", c.what, c.offset))
        << c.text;
  }
}

TEST(JsonTest, DuplicateNamesAreRefusedWithTheirObject) {
  const auto small = ParseJson(R"({"x":[0,{"a/b":{"k":1,"l":2,"k":3}}]})");
  ASSERT_THAT(small, IsError(ErrorCode::kInvalidArgument, "json_duplicate_key"));
  EXPECT_THAT(small.error().details(),
              testing::ElementsAre(ErrorDetail{"/x/1/a~1b", "the member \"k\" appears twice"}));
  // The same name in different escapes, and beside each other objects that do not clash.
  EXPECT_THAT(ParseJson(R"({"a":1,"\u0061":2})"), IsError(ErrorCode::kInvalidArgument, "json_duplicate_key"));
  EXPECT_THAT(ParseJson(R"({"":1,"":2})"), IsError(ErrorCode::kInvalidArgument, "json_duplicate_key"));
  EXPECT_THAT(ParseJson(R"([{"a":1},{"a":2}])"), IsOk());
  std::string many = "{";
  for (int i = 0; i < 100; ++i) many += fmt::format("\"k{}\":0,", i);
  EXPECT_THAT(ParseJson(many + "\"k100\":0}"), IsOk());
  EXPECT_THAT(ParseJson(many + "\"k3\":0}"), IsError(ErrorCode::kInvalidArgument, "json_duplicate_key"));
}

TEST(JsonTest, DepthAndSizeAreBounded) {
  const auto nested = [](size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_THAT(ParseJson(nested(64)), IsOk());
  EXPECT_THAT(ParseJson(nested(65)), IsError(ErrorCode::kInvalidArgument, "json_too_deep"));
  EXPECT_THAT(ParseJson(nested(1'000'000)), IsError(ErrorCode::kInvalidArgument, "json_too_deep"));
  const JsonLimits limits{.max_bytes = 20, .max_depth = 2};
  EXPECT_THAT(ParseJson(R"([{"a":1}])", limits), IsOk());
  EXPECT_THAT(ParseJson(R"([{"a":[]}])", limits), IsError(ErrorCode::kInvalidArgument, "json_too_deep"));
  EXPECT_THAT(ParseJson(R"("123456789012345678")", limits), IsOk());
  EXPECT_THAT(ParseJson(R"("1234567890123456789")", limits),
              IsError(ErrorCode::kInvalidArgument, "json_too_large"));
}

TEST(JsonTest, EveryFiniteDoubleRoundTrips) {
  SeededRandom random(11);
  for (int i = 0; i < 200'000; ++i) {
    // Half are random bits, half of everyday size; both sides of exact integers come with the second kind.
    double number =
        i % 2 == 0 ? std::bit_cast<double>(random.NextU64())
                   : static_cast<double>(static_cast<int64_t>(random.NextU64() >> random.NextBelow(63))) /
                         std::pow(10, static_cast<double>(random.NextBelow(8)));
    if (!std::isfinite(number)) number = 0;
    const std::string text = WriteJson(JsonValue(number));
    const auto back = ParseJson(text);
    ASSERT_THAT(back, IsOk()) << text;
    ASSERT_TRUE(back->is_double()) << text;
    ASSERT_EQ(std::bit_cast<uint64_t>(back->as_double()), std::bit_cast<uint64_t>(number)) << text;
  }
}

/// A document of every kind of value; `depth` bounds it.
JsonValue RandomDocument(RandomSource& random, int depth) {
  switch (random.NextBelow(depth > 0 ? 8 : 6)) {
    case 0:
      return nullptr;
    case 1:
      return random.NextBelow(2) == 1;
    case 2:
      return static_cast<int64_t>(random.NextU64());
    case 3:
      return random.NextU64();
    case 4:
      return static_cast<double>(random.NextBelow(1000)) / 8;
    case 5:
      return random.NextHex(random.NextBelow(5)) + (random.NextBelow(2) == 1 ? "ß\n\"😀" : "");
    case 6: {
      JsonValue array = JsonValue::MakeArray();
      for (uint64_t i = random.NextBelow(5); i > 0; --i) array.Append(RandomDocument(random, depth - 1));
      return array;
    }
    default: {
      JsonValue object = JsonValue::MakeObject();
      for (uint64_t i = random.NextBelow(20); i > 0; --i)
        object.Set(random.NextHex(2), RandomDocument(random, depth - 1));
      return object;
    }
  }
}

TEST(JsonTest, RandomDocumentsRoundTripCompactAndPretty) {
  SeededRandom random(12);
  for (int i = 0; i < 2'000; ++i) {
    const JsonValue document = RandomDocument(random, 5);
    const std::string text = WriteJson(document);
    LAKE_ASSERT_OK_AND_ASSIGN(const JsonValue back, ParseJson(text));
    ASSERT_EQ(back, document) << text;
    ASSERT_EQ(WriteJson(back), text);
    ASSERT_THAT(ParseJson(WriteJsonPretty(document)), HasValue(document));
  }
}

TEST(JsonTest, LocatorAgreesWithSimdjsonOnWhatIsJson) {
  SeededRandom random(13);
  int refused = 0;
  for (int i = 0; i < 30'000; ++i) {
    std::string text = WriteJson(RandomDocument(random, 3));
    const uint64_t range = i % 2 == 0 ? 256 : 95;  // Any byte, or a printable one that stays JSON more often.
    for (uint64_t edits = 1 + random.NextBelow(3); edits > 0; --edits)
      text[random.NextBelow(text.size())] =
          static_cast<char>((i % 2 == 0 ? 0 : ' ') + random.NextBelow(range));
    const auto value = ParseJson(text);
    const bool is_json = value.ok() || !value.error().Is("bad_json");
    const auto fault = internal::LocateJsonFault(text);
    ASSERT_EQ(fault.has_value(), !is_json) << text;
    refused += is_json ? 0 : 1;
  }
  EXPECT_GT(refused, 15'000);
  EXPECT_LT(refused, 29'000);
}

TEST(JsonTest, StringsThatAreNoUtf8AreMended) {
  const auto literal = [](std::string_view text) {
    std::string out;
    AppendJsonString(text, &out);
    return out;
  };
  EXPECT_EQ(literal("a\xff"
                    "b"),
            "\"a\uFFFDb\"");
  EXPECT_EQ(literal("\xe2\x82"), "\"\uFFFD\uFFFD\"");
  EXPECT_EQ(literal("\x7f\xf0\x9f\x98\x80"), "\"\x7f😀\"");
}

TEST(Utf8Test, KnowsWellFormedText) {
  for (const char* text : {"", "plain", "ü", "€", "😀", "\xed\x9f\xbf", "\xee\x80\x80", "\xf4\x8f\xbf\xbf"})
    EXPECT_TRUE(IsUtf8(text)) << text;
  for (const char* text : {"\x80", "a\xc3", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xf0\x8f\xbf\xbf",
                           "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xe2\x82"})
    EXPECT_FALSE(IsUtf8(text)) << testing::PrintToString(text);
}

TEST(JsonTest, PrettyIsForPeople) {
  EXPECT_EQ(WriteJsonPretty(*ParseJson(R"({"a":[1,{}],"b":[],"c":{"d":null}})")),
            "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": [],\n  \"c\": {\n    \"d\": null\n  }\n}");
}

TEST(JsonTest, MembersCanBeFoundSetAndErased) {
  JsonValue value;
  EXPECT_EQ(value.Find("a"), nullptr);
  value.Set("a", 1);
  value.Set("b", "text");
  value.Set("a", 2);
  EXPECT_EQ(WriteJson(value), R"({"a":2,"b":"text"})");
  EXPECT_EQ(value.FindString("b"), "text");
  EXPECT_EQ(value.FindString("a"), "");
  EXPECT_TRUE(value.Erase("a"));
  EXPECT_FALSE(value.Erase("a"));
  JsonValue list;
  list.Append(true);
  list.Append(JsonValue()).Set("c", 3) = 4;
  EXPECT_EQ(WriteJson(list), R"([true,{"c":4}])");
  EXPECT_EQ(JsonValue(1).Find("a"), nullptr);
}

TEST(JsonTest, EqualityIgnoresMemberOrderButNotKinds) {
  EXPECT_EQ(*ParseJson(R"({"a":1,"b":{"c":2,"d":3}})"), *ParseJson(R"({"b":{"d":3,"c":2},"a":1})"));
  EXPECT_NE(*ParseJson(R"({"a":1})"), *ParseJson(R"({"a":1,"b":2})"));
  EXPECT_NE(*ParseJson(R"({"a":1,"b":1})"), *ParseJson(R"({"a":1,"c":1})"));
  EXPECT_NE(JsonValue(1), JsonValue(1.0));
  EXPECT_NE(*ParseJson("[1,2]"), *ParseJson("[2,1]"));
}

TEST(JsonTest, PointersEscapeTheirKeys) {
  std::string pointer;
  AppendPointer("a/b~c", &pointer);
  AppendPointer("", &pointer);
  EXPECT_EQ(pointer, "/a~1b~0c/");
  EXPECT_EQ(PrependPointer("x", "/y"), "/x/y");
}

}  // namespace
}  // namespace lake::json_test
