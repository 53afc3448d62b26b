// Goal: one description gives reading, writing and schemas. Method: a struct with every kind of field,
// documents with one mistake each, and golden texts.
#include <gtest/gtest.h>

#include "lake/common/json_io.h"

namespace {

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
struct Record {
  int64_t version = 0;
  lake::JsonValue::Object unknown;
};

}  // namespace

template <>
struct lake::DescribeEnum<Metric> {
  static constexpr std::array kNames = {EnumName(Metric::kL2, "l2"), EnumName(Metric::kCosine, "cosine")};
};
template <>
struct lake::Describe<Circle> {
  static constexpr std::string_view kTag = "circle";
  static constexpr auto kFields = std::tuple{Required("radius", &Circle::radius, "In metres.")};
};
template <>
struct lake::Describe<Square> {
  static constexpr std::string_view kTag = "square";
  static constexpr auto kFields = std::tuple{Required("side", &Square::side, "In metres.")};
};
template <>
struct lake::Describe<Tuning> {
  static constexpr std::string_view kName = "Tuning";
  static constexpr auto kFields = std::tuple{Optional("m", &Tuning::m, "Links.").Between(2, 128)};
};
template <>
struct lake::Describe<Everything> {
  static constexpr auto kFields = std::tuple{
      Required("name", &Everything::name, "A name.").Between(1, 8),
      Required("count", &Everything::count, "How many."),
      Optional("small", &Everything::small, "Few."),
      Optional("flag", &Everything::flag, ""),
      Optional("ratio", &Everything::ratio, "").Between(0, 1),
      Optional("bucket", &Everything::bucket, ""),
      Optional("at", &Everything::at, ""),
      Optional("metric", &Everything::metric, "How near is measured."),
      Optional("limit", &Everything::limit, "").Between(1, 10'000),
      Optional("tags", &Everything::tags, "").Between(0, 3),
      Optional("weights", &Everything::weights, ""),
      Optional("tuning", &Everything::tuning, ""),
      Optional("shapes", &Everything::shapes, ""),
      Optional("anything", &Everything::anything, ""),
      Optional("password", &Everything::password, "").Secret(),
  };
};
template <>
struct lake::Describe<Record> {
  static constexpr auto kUnknown = &Record::unknown;
  static constexpr auto kFields = std::tuple{Required("version", &Record::version, "")};
};

namespace {

TEST(DescribeTest, RoundTrip) {
  auto r = lake::ReadJson<Everything>(R"({"name":"a","count":10.0,"shapes":[{"circle":{"radius":1}}]})",
                                      lake::Reading::kStrict);
  ASSERT_TRUE(r.ok()) << r.error().ToString();
}

}  // namespace
