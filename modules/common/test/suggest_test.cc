// Goal: a typo finds its word and nonsense finds none. Method: one case per kind of edit and per limit.
#include "lake/common/suggest.h"

#include <gtest/gtest.h>

#include <array>

namespace lake {
namespace {

TEST(SuggestTest, FindsTheNearestWord) {
  constexpr std::array<std::string_view, 5> kWords = {"metric", "limit", "ef_construction", "sql", "port"};
  EXPECT_EQ(Suggest("metrc", kWords), "metric");                   // missing letter
  EXPECT_EQ(Suggest("metrric", kWords), "metric");                 // one too many
  EXPECT_EQ(Suggest("METRIK", kWords), "metric");                  // wrong letter, other case
  EXPECT_EQ(Suggest("slq", kWords), "sql");                        // swapped letters: one edit
  EXPECT_EQ(Suggest("sqk", kWords), "sql");                        // short word: one edit
  EXPECT_EQ(Suggest("efconstrucion", kWords), "ef_construction");  // a third of a long word
  EXPECT_EQ(Suggest("skl", std::array<std::string_view, 1>{"sql"}), "sql");
}

TEST(SuggestTest, StaysSilentWhenNothingIsNear) {
  constexpr std::array<std::string_view, 3> kWords = {"metric", "sql", "k"};
  EXPECT_EQ(Suggest("colour", kWords), "");
  EXPECT_EQ(Suggest("sxx", kWords), "");
  EXPECT_EQ(Suggest("m", kWords), "");
  EXPECT_EQ(Suggest("", kWords), "");
  EXPECT_EQ(Suggest("metric", {}), "");
  EXPECT_EQ(Suggest(std::string(100'000, 'x'), kWords), "");
}

TEST(SuggestTest, FirstOfEquallyNear) {
  constexpr std::array<std::string_view, 2> kWords = {"rows", "rowe"};
  EXPECT_EQ(Suggest("rowx", kWords), "rows");
}

}  // namespace
}  // namespace lake
