// Goal: one description gives reading, writing and schemas. Method: a struct with every kind of field,
// documents with one mistake each, and golden texts.
#include <gmock/gmock.h>

#include "lake/common/json_io.h"
#include "lake/common_testing/result_matchers.h"

namespace lake::describe_test {

enum class Metric { kL2, kCosine };
struct Circle {
  double radius = 0;
};
struct Square {
  int32_t side = 0;
};
struct Tuning {
  int64_t m = 16;
  bool operator==(const Tuning&) const = default;
};
struct BucketTag;
struct Everything {
  std::string name;
  int64_t count = 0;
  uint32_t small = 7;
  bool flag = true;
  double ratio = 0.5;
  lake::Id<BucketTag> bucket;
  lake::Timestamp at;
  Metric metric = Metric::kCosine;
  std::optional<int64_t> limit;
  std::vector<std::string> tags;
  std::map<std::string, int64_t> weights;
  std::optional<Tuning> tuning;
  std::vector<std::variant<Circle, Square>> shapes;
  lake::JsonValue anything;
  std::string password;
};
struct Hidden {};
struct Rule {
  std::variant<Hidden, Square> shape;
};
struct Page {
  std::optional<std::string> next;
  std::optional<std::string> previous;
};
struct Record {
  int64_t version = 0;
  lake::JsonValue::Object unknown;
};

/// Contains itself, which only the component form of a schema can say.
struct Tree {
  int64_t value = 0;
  std::vector<Tree> children;
};

}  // namespace lake::describe_test

namespace lake {

template <>
struct DescribeEnum<describe_test::Metric> {
  static constexpr std::array kNames = {EnumName(describe_test::Metric::kL2, "l2"),
                                        EnumName(describe_test::Metric::kCosine, "cosine")};
};
template <>
struct Describe<describe_test::Circle> {
  static constexpr std::string_view kTag = "circle";
  static constexpr auto kFields =
      std::tuple{Required("radius", &describe_test::Circle::radius, "In metres.")};
};
template <>
struct Describe<describe_test::Square> {
  static constexpr std::string_view kTag = "square";
  static constexpr auto kFields = std::tuple{Required("side", &describe_test::Square::side, "In metres.")};
};
template <>
struct Describe<describe_test::Hidden> {
  static constexpr std::string_view kTag = "hidden";
  static constexpr auto kFields = std::tuple{};
};
template <>
struct Describe<describe_test::Rule> {
  static constexpr auto kFields = std::tuple{Required("shape", &describe_test::Rule::shape, "What is seen.")};
};
template <>
struct Describe<describe_test::Tuning> {
  static constexpr std::string_view kName = "Tuning";
  static constexpr auto kFields =
      std::tuple{Optional("m", &describe_test::Tuning::m, "Links.").Between(2, 128)};
};
template <>
struct Describe<describe_test::Everything> {
  static constexpr auto kFields = std::tuple{
      Required("name", &describe_test::Everything::name, "A name.").Between(1, 8),
      Required("count", &describe_test::Everything::count, "How many."),
      Optional("small", &describe_test::Everything::small, "Few."),
      Optional("flag", &describe_test::Everything::flag, ""),
      Optional("ratio", &describe_test::Everything::ratio, "").Between(0, 1),
      Optional("bucket", &describe_test::Everything::bucket, ""),
      Optional("at", &describe_test::Everything::at, ""),
      Optional("metric", &describe_test::Everything::metric, "How near is measured."),
      Optional("limit", &describe_test::Everything::limit, "").Between(1, 10'000),
      Optional("tags", &describe_test::Everything::tags, "").Between(0, 3),
      Optional("weights", &describe_test::Everything::weights, ""),
      Optional("tuning", &describe_test::Everything::tuning, ""),
      Optional("shapes", &describe_test::Everything::shapes, ""),
      Optional("anything", &describe_test::Everything::anything, ""),
      Optional("password", &describe_test::Everything::password, "").Secret(),
  };
};
template <>
struct Describe<describe_test::Page> {
  static constexpr auto kFields = std::tuple{Optional("next", &describe_test::Page::next, "").NullWhenNone(),
                                             Optional("previous", &describe_test::Page::previous, "")};
};
template <>
struct Describe<describe_test::Record> {
  static constexpr auto kUnknown = &describe_test::Record::unknown;
  static constexpr auto kFields = std::tuple{Required("version", &describe_test::Record::version, "")};
};

template <>
struct Describe<describe_test::Tree> {
  static constexpr std::string_view kName = "Tree";
  static constexpr auto kFields = std::tuple{Required("value", &describe_test::Tree::value, ""),
                                             Optional("children", &describe_test::Tree::children, "")};
};

}  // namespace lake

namespace lake::describe_test {
namespace {

using testing::ElementsAre;

Result<Everything> Read(std::string_view members) {
  return ReadJson<Everything>(
      fmt::format(R"({{"name":"a","count":1{}{}}})", members.empty() ? "" : ",", members), Reading::kStrict);
}

/// What is wrong with a document whose required members are right.
std::vector<ErrorDetail> Faults(std::string_view members) {
  const auto result = Read(members);
  EXPECT_THAT(result, IsError(ErrorCode::kInvalidArgument, "invalid_request"));
  return result.ok() ? std::vector<ErrorDetail>() : result.error().details();
}

TEST(DescribeTest, WritesWhatItReads) {
  constexpr std::string_view kText =
      R"({"name":"a","count":-5,"small":3,"flag":false,"ratio":0.25,"bucket":"b1","at":"2026-01-02T03:04:05.000000Z",)"
      R"("metric":"l2","limit":10,"tags":["x","y"],"weights":{"a":1,"b":2},"tuning":{"m":8},)"
      R"("shapes":[{"circle":{"radius":1.5}},{"square":{"side":2}}],"anything":{"free":[1,"form"]},"password":"p"})";
  LAKE_ASSERT_OK_AND_ASSIGN(const Everything value, ReadJson<Everything>(kText, Reading::kStrict));
  EXPECT_EQ(value.bucket, Id<BucketTag>("b1"));
  EXPECT_EQ(value.metric, Metric::kL2);
  EXPECT_EQ(std::get<Square>(value.shapes[1]).side, 2);
  EXPECT_EQ(WriteJson(value), kText);
  EXPECT_THAT(std::string(ToRedactedJson(value).FindString("password")), "***");
}

TEST(DescribeTest, AbsentMembersKeepTheStructsDefaults) {
  LAKE_ASSERT_OK_AND_ASSIGN(const Everything value, Read(R"("limit":null)"));
  EXPECT_EQ(value.small, 7u);
  EXPECT_TRUE(value.flag);
  EXPECT_EQ(value.metric, Metric::kCosine);
  EXPECT_EQ(value.limit, std::nullopt);
  EXPECT_EQ(WriteJson(value),
            R"({"name":"a","count":1,"small":7,"flag":true,"ratio":0.5,"bucket":"",)"
            R"("at":"1970-01-01T00:00:00.000000Z","metric":"cosine","tags":[],"weights":{},"shapes":[],)"
            R"("anything":null,"password":""})");
  EXPECT_EQ(ToRedactedJson(value).FindString("password"), "");
}

TEST(DescribeTest, NoneIsLeftOutOrNull) {
  EXPECT_EQ(WriteJson(Page{}), R"({"next":null})");
  EXPECT_EQ(WriteJson(Page{.next = "n", .previous = "p"}), R"({"next":"n","previous":"p"})");
}

TEST(DescribeTest, EachMistakeHasItsPointer) {
  EXPECT_THAT(Faults(R"("tuning":{"m":"8"})"), ElementsAre(ErrorDetail{"/tuning/m", "expected an integer"}));
  EXPECT_THAT(Faults(R"("tuning":{"m":1})"),
              ElementsAre(ErrorDetail{"/tuning/m", "must be between 2 and 128"}));
  EXPECT_THAT(Faults(R"("tuning":7)"), ElementsAre(ErrorDetail{"/tuning", "expected an object"}));
  EXPECT_THAT(Faults(R"("metrc":"l2")"),
              ElementsAre(ErrorDetail{"/metrc", "unknown field; did you mean \"metric\"?"}));
  EXPECT_THAT(Faults(R"("a/b":0)"), ElementsAre(ErrorDetail{"/a~1b", "unknown field"}));
  EXPECT_THAT(Faults(R"("metric":"l1")"),
              ElementsAre(ErrorDetail{"/metric", "expected one of \"l2\", \"cosine\""}));
  EXPECT_THAT(Faults(R"("flag":1)"), ElementsAre(ErrorDetail{"/flag", "expected true or false"}));
  EXPECT_THAT(Faults(R"("ratio":"1")"), ElementsAre(ErrorDetail{"/ratio", "expected a number"}));
  EXPECT_THAT(Faults(R"("ratio":1.5)"), ElementsAre(ErrorDetail{"/ratio", "must be between 0 and 1"}));
  EXPECT_THAT(Faults(R"("bucket":1)"), ElementsAre(ErrorDetail{"/bucket", "expected a string"}));
  EXPECT_THAT(Faults(R"("flag":null)"), ElementsAre(ErrorDetail{"/flag", "expected true or false"}));
  EXPECT_THAT(Faults(R"("tags":{})"), ElementsAre(ErrorDetail{"/tags", "expected an array"}));
  EXPECT_THAT(Faults(R"("tags":["a",2])"), ElementsAre(ErrorDetail{"/tags/1", "expected a string"}));
  EXPECT_THAT(Faults(R"("tags":["a","b","c","d"])"),
              ElementsAre(ErrorDetail{"/tags", "must have between 0 and 3 items"}));
  EXPECT_THAT(Faults(R"("weights":{"x":1,"y":"2"})"),
              ElementsAre(ErrorDetail{"/weights/y", "expected an integer"}));
  EXPECT_THAT(Faults(R"("at":"yesterday")"),
              ElementsAre(ErrorDetail{"/at", "expected a time such as 2026-11-21T08:43:00Z (RFC 3339)"}));
}

TEST(DescribeTest, RequiredAndBoundsOfText) {
  const auto none = ReadJson<Everything>("{}", Reading::kStrict);
  ASSERT_THAT(none, IsError(ErrorCode::kInvalidArgument, "invalid_request"));
  EXPECT_THAT(none.error().details(),
              ElementsAre(ErrorDetail{"/name", "is required"}, ErrorDetail{"/count", "is required"}));
  EXPECT_EQ(none.error().message(), "/name: is required (and 1 more)");
  const auto empty = ReadJson<Everything>(R"({"name":"","count":1})", Reading::kStrict);
  EXPECT_EQ(empty.error().message(), "/name: must not be empty");
  const auto longer = ReadJson<Everything>(R"({"name":"123456789","count":1})", Reading::kStrict);
  EXPECT_EQ(longer.error().message(), "/name: must have between 1 and 8 bytes");
  EXPECT_EQ(ReadJson<Everything>("[]", Reading::kStrict).error().message(), "expected an object");
}

TEST(DescribeTest, IntegersAreNeverRoundedOrWrapped) {
  EXPECT_THAT(Read(R"("small":4294967295)"), IsOk());
  EXPECT_EQ(Read(R"("small":10.0)")->small, 10u);
  EXPECT_THAT(Faults(R"("small":4294967296)"),
              ElementsAre(ErrorDetail{"/small", "must be between 0 and 4294967295"}));
  EXPECT_THAT(Faults(R"("small":-1)"),
              ElementsAre(ErrorDetail{"/small", "must be between 0 and 4294967295"}));
  EXPECT_THAT(Faults(R"("small":1.5)"), ElementsAre(ErrorDetail{"/small", "expected an integer"}));
  EXPECT_THAT(Faults(R"("small":1e300)"), ElementsAre(ErrorDetail{"/small", "expected an integer"}));
  EXPECT_THAT(
      Faults(R"("shapes":[{"square":{"side":2147483648}}])"),
      ElementsAre(ErrorDetail{"/shapes/0/square/side", "must be between -2147483648 and 2147483647"}));
  const auto big = ReadJson<Everything>(R"({"name":"a","count":9223372036854775808})", Reading::kStrict);
  EXPECT_EQ(big.error().message(), "/count: must be between -9223372036854775808 and 9223372036854775807");
}

TEST(DescribeTest, VariantsHaveExactlyOneTag) {
  constexpr std::string_view kOneOf =
      "expected an object with exactly one of the members \"circle\", \"square\"";
  EXPECT_THAT(Faults(R"("shapes":[{}])"), ElementsAre(ErrorDetail{"/shapes/0", std::string(kOneOf)}));
  EXPECT_THAT(Faults(R"("shapes":[{"circle":{"radius":1},"square":{"side":1}}])"),
              ElementsAre(ErrorDetail{"/shapes/0", std::string(kOneOf)}));
  EXPECT_THAT(Faults(R"("shapes":[{"cube":{}}])"),
              ElementsAre(ErrorDetail{"/shapes/0/cube", "expected one of \"circle\", \"square\""}));
  EXPECT_THAT(Faults(R"("shapes":[{"circle":{}}])"),
              ElementsAre(ErrorDetail{"/shapes/0/circle/radius", "is required"}));
}

TEST(DescribeTest, ACaseWithoutFieldsIsItsTagAlone) {
  LAKE_ASSERT_OK_AND_ASSIGN(const Rule bare, ReadJson<Rule>(R"({"shape":"hidden"})", Reading::kStrict));
  EXPECT_EQ(bare.shape.index(), 0u);
  EXPECT_EQ(WriteJson(bare), R"({"shape":"hidden"})");
  LAKE_ASSERT_OK_AND_ASSIGN(const Rule full,
                            ReadJson<Rule>(R"({"shape":{"square":{"side":2}}})", Reading::kStrict));
  EXPECT_EQ(std::get<Square>(full.shape).side, 2);
  EXPECT_EQ(WriteJson(full), R"({"shape":{"square":{"side":2}}})");
  for (const std::string_view wrong :
       {R"({"shape":"square"})", R"({"shape":{"hidden":{}}})", R"({"shape":"x"})", R"({"shape":7})"})
    EXPECT_EQ(ReadJson<Rule>(wrong, Reading::kStrict).error().message(),
              "/shape: expected one of \"hidden\" or an object with exactly one of the members \"square\"")
        << wrong;
}

TEST(DescribeTest, AtMostTwentyMistakesAreListed) {
  std::string members;
  for (int i = 0; i < 30; ++i) members += fmt::format("{}\"unknown_{}\":0", i == 0 ? "" : ",", i);
  EXPECT_EQ(Faults(members).size(), 20u);
  std::string items;
  for (int i = 0; i < 30; ++i) items += fmt::format("{}{{\"circle\":1}}", i == 0 ? "" : ",");
  EXPECT_EQ(Faults(fmt::format("\"shapes\":[{}]", items)).size(), 20u);
}

TEST(DescribeTest, RecordsKeepMembersOfLaterVersions) {
  LAKE_ASSERT_OK_AND_ASSIGN(const Record record,
                            ReadJson<Record>(R"({"later":{"x":1},"version":3,"z":[]})", Reading::kTolerant));
  EXPECT_EQ(WriteJson(record), R"({"version":3,"later":{"x":1},"z":[]})");
  EXPECT_THAT(ReadJson<Record>(R"({"later":1,"version":3})", Reading::kStrict),
              IsError(ErrorCode::kInvalidArgument, "invalid_request"));
  EXPECT_THAT(ReadJson<Tuning>(R"({"later":1})", Reading::kTolerant), HasValue(Tuning{.m = 16}));
}

}  // namespace
}  // namespace lake::describe_test
