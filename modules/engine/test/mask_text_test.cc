// Goal: lake_mask keeps so many characters at both ends, whatever their bytes, and no more than it was told.
#include "engine_fixture.h"

namespace lake::engine {
namespace {

class MaskTextTest : public EngineTest {
 protected:
  std::string Mask(const std::string& text, int prefix, int suffix) {
    return Trusted(fmt::format("SELECT {}({}, {}, {})", kMaskFunction, QuoteText(text), prefix, suffix), {});
  }
};

TEST_F(MaskTextTest, KeepsTheEnds) {
  EXPECT_EQ(Mask("4111111111111111", 0, 4), R"(["************1111"])");
  EXPECT_EQ(Mask("ada@example.org", 2, 3), R"(["ad**********org"])");
  EXPECT_EQ(Mask("a rather long text", 1, 0), R"(["a*****************"])");
  EXPECT_EQ(Mask("abc", 0, 0), R"(["***"])");
  EXPECT_EQ(Mask("", 2, 2), R"([""])");
}

TEST_F(MaskTextTest, ShortTextsAreStarsAsAWhole) {
  EXPECT_EQ(Mask("abcd", 2, 2), R"(["****"])");
  EXPECT_EQ(Mask("abcde", 2, 2), R"(["ab*de"])");
  EXPECT_EQ(Mask("a", 1000, 1000), R"(["*"])");
}

TEST_F(MaskTextTest, CountsCharactersNotBytes) {
  EXPECT_EQ(Mask("Žoë Ødegård", 2, 2), R"(["Žo*******rd"])");
  EXPECT_EQ(Mask("日本語文字", 1, 1), R"(["日***字"])");
  EXPECT_EQ(Mask("日本", 1, 1), R"(["**"])");
  EXPECT_EQ(Mask("é", 0, 0), R"(["*"])");
  EXPECT_EQ(Mask("aé", 1, 0), R"(["a*"])");
  EXPECT_EQ(Mask("éa", 1, 0), R"(["é*"])");
  EXPECT_EQ(Mask("aé", 0, 1), R"(["*é"])");
}

TEST_F(MaskTextTest, NullStaysNullAndEachRowIsItsOwn) {
  EXPECT_EQ(Trusted("SELECT lake_mask(NULL, 1, 1)", {}), "[null]");
  EXPECT_EQ(
      Trusted(
          "SELECT count(*), count(DISTINCT m), min(m), max(m) FROM (SELECT lake_mask('number ' || i, 7, 2) "
          "AS m FROM range(100000) t(i))",
          {}),
      R"([100000,302,"********","number *99"])");
}

}  // namespace
}  // namespace lake::engine
