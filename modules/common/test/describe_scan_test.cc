// Goal: the quick ways of reading and writing large documents agree with the thorough ones. Method: a struct
// with every kind of field they take; documents as they are written, in another order, with news, and with
// one mistake each; each text and value is compared with that of FromJson and ToJson.
#include <gmock/gmock.h>

#include "lake/common/describe_scan.h"
#include "lake/common/describe_text.h"
#include "lake/common/json_io.h"

namespace lake::describe_scan_test {

enum class Phase { kSolid, kLiquid };
struct CupTag;
struct Grain {
  int32_t size = 0;
  std::string note;
};
struct Jar {
  std::string label;
  Id<CupTag> cup;
  Timestamp filled;
  Phase phase = Phase::kSolid;
  bool open = false;
  int8_t tiny = 0;
  uint64_t large = 0;
  std::optional<uint64_t> perhaps;
  std::optional<std::string> shown;
  std::optional<std::map<std::string, int32_t>> weights;
  std::vector<Grain> grains;
  JsonValue document;
};

}  // namespace lake::describe_scan_test

template <>
struct lake::DescribeEnum<lake::describe_scan_test::Phase> {
  using E = lake::describe_scan_test::Phase;
  static constexpr std::array kNames = {EnumName(E::kSolid, "solid"), EnumName(E::kLiquid, "liquid")};
};
template <>
struct lake::Describe<lake::describe_scan_test::Grain> {
  using T = lake::describe_scan_test::Grain;
  static constexpr auto kFields = std::tuple{Required("size", &T::size, "Size.").Between(1, 100),
                                             Optional("note", &T::note, "Note.").Between(0, 8)};
};
template <>
struct lake::Describe<lake::describe_scan_test::Jar> {
  using T = lake::describe_scan_test::Jar;
  static constexpr auto kFields =
      std::tuple{Required("label", &T::label, "Label."),
                 Required("cup", &T::cup, "Id.").Between(1, 5),
                 Required("filled", &T::filled, "Time."),
                 Required("phase", &T::phase, "Enum."),
                 Required("open", &T::open, "Flag."),
                 Required("tiny", &T::tiny, "Small number."),
                 Required("large", &T::large, "Large number."),
                 Optional("perhaps", &T::perhaps, "Not written when none."),
                 Optional("shown", &T::shown, "Written as null when none.").NullWhenNone(),
                 Optional("weights", &T::weights, "Map."),
                 Required("grains", &T::grains, "List.").Between(0, 3),
                 Optional("document", &T::document, "Anything.")};
};

namespace lake::describe_scan_test {
namespace {

constexpr JsonLimits kLimits{.max_bytes = 1 << 20, .max_depth = 8};

Jar FullJar() {
  Jar jar;
  jar.label = "a \"quoted\" l\u00e4bel\n";
  jar.cup = Id<CupTag>("cup");
  jar.filled = Timestamp{1'700'000'000'123'456};
  jar.phase = Phase::kLiquid;
  jar.open = true;
  jar.tiny = -128;
  jar.large = UINT64_MAX;
  jar.perhaps = 7;
  jar.shown = "";
  jar.weights = {{"", 1}, {"two", -2}};
  jar.grains = {{1, "x"}, {100, ""}};
  jar.document = JsonValue::MakeObject({{"list", JsonValue::Array{1, -1.5, nullptr, true, false, "s"}},
                                        {"big", UINT64_MAX},
                                        {"none", JsonValue::MakeObject()},
                                        {"empty", JsonValue::MakeArray()}});
  return jar;
}

std::string TextOf(const Jar& jar) {
  std::string text;
  AppendJsonText(jar, &text);
  return text;
}

/// The document of a full jar with one change.
template <class Change>
std::string Changed(Change change) {
  JsonValue document = ToJson(FullJar());
  change(document);
  return WriteJson(document);
}

TEST(DescribeScan, TextIsThatOfTheThoroughWriter) {
  EXPECT_EQ(TextOf(FullJar()), WriteJson(FullJar()));
  EXPECT_EQ(TextOf(Jar{}), WriteJson(Jar{}));
}

TEST(DescribeScan, WhatIsWrittenIsReadBack) {
  Jar bare;
  bare.cup = Id<CupTag>("c");
  for (const Jar& jar : {FullJar(), bare}) {
    const auto read = ScanJson<Jar>(TextOf(jar), kLimits);
    ASSERT_TRUE(read.has_value());
    EXPECT_EQ(WriteJson(*read), WriteJson(jar));
  }
}

TEST(DescribeScan, OrderDoesNotCountAndNewsAreIgnored) {
  const std::string text = Changed([](JsonValue& document) {
    std::ranges::reverse(document.as_object());
    document.Set("news", JsonValue::MakeObject({{"label", JsonValue::Array{1, 2}}}));
    document.Find("grains")->as_array()[0].Set("news", 2.5);
  });
  const auto read = ScanJson<Jar>(text, kLimits);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(WriteJson(*read), WriteJson(FullJar()));
}

TEST(DescribeScan, OptionalFieldsMayBeMissingOrNull) {
  const std::string text = Changed([](JsonValue& document) {
    document.Erase("document");
    document.Erase("perhaps");
    document.Set("weights", nullptr);
  });
  const auto read = ScanJson<Jar>(text, kLimits);
  ASSERT_TRUE(read.has_value());
  EXPECT_TRUE(read->document.is_null());
  EXPECT_FALSE(read->perhaps.has_value());
  EXPECT_FALSE(read->weights.has_value());
}

TEST(DescribeScan, TakesNothingThatTheThoroughReaderRefuses) {
  const std::vector<std::pair<std::string_view, JsonValue>> mistakes = {
      {"label", 1},
      {"label", nullptr},
      {"cup", ""},
      {"cup", "123456"},
      {"filled", "today"},
      {"filled", 5},
      {"phase", "gas"},
      {"phase", 0},
      {"open", 1},
      {"open", "true"},
      {"tiny", 128},
      {"tiny", -129},
      {"tiny", 1.5},
      {"large", -1},
      {"large", "1"},
      {"perhaps", -1},
      {"shown", 1},
      {"weights", JsonValue::MakeArray()},
      {"weights", JsonValue::MakeObject({{"a", "b"}})},
      {"grains", nullptr},
      {"grains", JsonValue::MakeObject()}};
  for (const auto& [name, value] : mistakes) {
    const std::string text = Changed([&](JsonValue& document) { document.Set(name, value); });
    EXPECT_FALSE(ScanJson<Jar>(text, kLimits).has_value()) << text;
    EXPECT_FALSE(ReadJson<Jar>(text, Reading::kTolerant).ok()) << text;
  }
  for (const auto& field : {"label", "cup", "filled", "phase", "open", "tiny", "large", "grains"}) {
    const std::string text = Changed([&](JsonValue& document) { document.Erase(field); });
    EXPECT_FALSE(ScanJson<Jar>(text, kLimits).has_value()) << text;
  }
  const auto grain = [](JsonValue size, std::string note) {
    return JsonValue::MakeObject({{"size", std::move(size)}, {"note", std::move(note)}});
  };
  for (const JsonValue& bad : {grain(0, ""), grain(101, ""), grain(1, "123456789"), JsonValue(1)}) {
    const std::string text =
        Changed([&](JsonValue& document) { document.Find("grains")->as_array().push_back(bad); });
    EXPECT_FALSE(ScanJson<Jar>(text, kLimits).has_value()) << text;
  }
  const std::string four = Changed([&](JsonValue& document) {
    for (int i = 0; i < 2; ++i) document.Find("grains")->Append(grain(1, ""));
  });
  EXPECT_FALSE(ScanJson<Jar>(four, kLimits).has_value());
}

TEST(DescribeScan, TakesNoTextThatIsNoDocumentWithinTheLimits) {
  const std::string text = TextOf(FullJar());
  for (size_t bytes = 0; bytes < text.size(); ++bytes)
    EXPECT_FALSE(ScanJson<Jar>(text.substr(0, bytes), kLimits).has_value()) << bytes;
  EXPECT_FALSE(ScanJson<Jar>("[]", kLimits).has_value());
  EXPECT_FALSE(ScanJson<Jar>(text, {.max_bytes = text.size() - 1, .max_depth = 8}).has_value());
  EXPECT_FALSE(ScanJson<Jar>(text, {.max_bytes = text.size(), .max_depth = 2}).has_value());
  std::string twice = text;
  twice.insert(1, R"("label":"x",)");
  EXPECT_FALSE(ScanJson<Jar>(twice, kLimits).has_value()) << "a name twice";
}

}  // namespace
}  // namespace lake::describe_scan_test
