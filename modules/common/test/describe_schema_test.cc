// Goal: the schema says what the reader enforces. Method: golden schemas of small structs.
#include "lake/common/describe_schema.h"

#include <gmock/gmock.h>

#include "lake/common/json_io.h"
#include "lake/common_testing/result_matchers.h"

namespace lake::schema_test {

enum class Mode { kFast, kExact };
struct Near {
  double radius = 0;
};
struct Far {
  uint32_t steps = 0;
};
struct Node {
  std::string name;
  std::vector<Node> children;
};
struct Options {
  std::string name;
  int64_t k = 10;
  Mode mode = Mode::kExact;
  std::optional<Mode> fallback;
  std::optional<int32_t> seed;
  std::vector<double> vector;
  std::map<std::string, std::string> labels;
  std::variant<Near, Far> reach;
  std::optional<Node> node;
  Timestamp since;
  JsonValue extra;
  std::string key = "hidden";
};
struct Record {
  bool flag = false;
  JsonValue::Object unknown;
};

}  // namespace lake::schema_test

namespace lake {

template <>
struct DescribeEnum<schema_test::Mode> {
  static constexpr std::array kNames = {EnumName(schema_test::Mode::kFast, "fast"),
                                        EnumName(schema_test::Mode::kExact, "exact")};
};
template <>
struct Describe<schema_test::Near> {
  static constexpr std::string_view kTag = "near";
  static constexpr auto kFields =
      std::tuple{Required("radius", &schema_test::Near::radius, "In km.").Between(0, 0.5)};
};
template <>
struct Describe<schema_test::Far> {
  static constexpr std::string_view kTag = "far";
  static constexpr auto kFields = std::tuple{Optional("steps", &schema_test::Far::steps, "")};
};
template <>
struct Describe<schema_test::Node> {
  static constexpr std::string_view kName = "Node";
  static constexpr auto kFields = std::tuple{Required("name", &schema_test::Node::name, ""),
                                             Optional("children", &schema_test::Node::children, "")};
};
template <>
struct Describe<schema_test::Options> {
  using Options = schema_test::Options;
  static constexpr std::string_view kName = "Options";
  static constexpr auto kFields = std::tuple{
      Required("name", &Options::name, "A name.").Between(1, 64),
      Optional("k", &Options::k, "").Between(1, 100),
      Optional("mode", &Options::mode, ""),
      Optional("fallback", &Options::fallback, ""),
      Optional("seed", &Options::seed, ""),
      Required("vector", &Options::vector, "").Between(1, 4096),
      Optional("labels", &Options::labels, ""),
      Optional("reach", &Options::reach, ""),
      Optional("node", &Options::node, ""),
      Optional("since", &Options::since, ""),
      Optional("extra", &Options::extra, ""),
      Optional("key", &Options::key, "").Secret(),
  };
};
template <>
struct Describe<schema_test::Record> {
  static constexpr auto kUnknown = &schema_test::Record::unknown;
  static constexpr auto kFields = std::tuple{Optional("flag", &schema_test::Record::flag, "")};
};

}  // namespace lake

namespace lake::schema_test {
namespace {

TEST(DescribeSchemaTest, EveryKindOfField) {
  SchemaComponents components;
  EXPECT_EQ(WriteJson(SchemaOf<Options>(components)), R"({"$ref":"#/components/schemas/Options"})");
  ASSERT_EQ(components.schemas().size(), 2u);
  const JsonValue& options = components.schemas()[0].second;
  EXPECT_EQ(options.FindString("title"), "Options");
  EXPECT_EQ(WriteJson(*options.Find("required")), R"(["name","vector"])");
  EXPECT_EQ(WriteJson(*options.Find("additionalProperties")), "false");
  std::vector<std::string> properties;
  for (const auto& [name, schema] : options.Find("properties")->as_object())
    properties.push_back(fmt::format("{} {}", name, WriteJson(schema)));
  EXPECT_THAT(
      properties,
      testing::ElementsAre(
          R"(name {"type":"string","minLength":1,"maxLength":64,"description":"A name."})",
          R"(k {"type":"integer","format":"int64","minimum":1,"maximum":100,"default":10})",
          R"(mode {"type":"string","enum":["fast","exact"],"default":"exact"})",
          R"(fallback {"type":["string","null"],"enum":["fast","exact",null]})",
          R"(seed {"type":["integer","null"],"format":"int32"})",
          R"(vector {"type":"array","items":{"type":"number"},"minItems":1,"maxItems":4096})",
          R"(labels {"type":"object","additionalProperties":{"type":"string"}})",
          R"(reach {"oneOf":[{"type":"object","properties":{"near":{"type":"object","properties":{"radius":)"
          R"({"type":"number","minimum":0,"maximum":0.5,"description":"In km."}},"required":["radius"],)"
          R"("additionalProperties":false}},"required":["near"],"additionalProperties":false},)"
          R"({"type":"object","properties":{"far":{"type":"object","properties":{"steps":{"type":"integer",)"
          R"("format":"uint32","minimum":0,"default":0}},"additionalProperties":false}},"required":["far"],)"
          R"("additionalProperties":false}]})",
          R"(node {"anyOf":[{"$ref":"#/components/schemas/Node"},{"type":"null"}]})",
          R"(since {"type":"string","format":"date-time"})", R"(extra {})",
          R"(key {"type":"string","format":"password"})"));
}

TEST(DescribeSchemaTest, StructThatContainsItself) {
  SchemaComponents components;
  (void)SchemaOf<Options>(components);
  (void)SchemaOf<Node>(components);
  ASSERT_EQ(components.schemas().size(), 2u);  // Each once.
  EXPECT_EQ(
      WriteJson(components.schemas()[1].second),
      R"({"type":"object","title":"Node","properties":{"name":{"type":"string"},"children":{"type":"array",)"
      R"("items":{"$ref":"#/components/schemas/Node"}}},"required":["name"],"additionalProperties":false})");
}

TEST(DescribeSchemaTest, InlineAndOpen) {
  EXPECT_EQ(WriteJson(SchemaOf<Record>()),
            R"({"type":"object","properties":{"flag":{"type":"boolean","default":false}}})");
  EXPECT_EQ(WriteJson(SchemaOf<std::vector<std::optional<bool>>>()),
            R"({"type":"array","items":{"type":["boolean","null"]}})");
}

TEST(DescribeSchemaTest, ContainersAtTheTop) {
  EXPECT_THAT(FromJson<std::vector<int64_t>>(*ParseJson("[1,2]"), Reading::kStrict),
              HasValue(std::vector<int64_t>{1, 2}));
  EXPECT_EQ(WriteJson(ToJson(std::map<std::string, bool>{{"a", true}})), R"({"a":true})");
}

}  // namespace
}  // namespace lake::schema_test
