// Goal: nothing is shown that cites nothing, and what is shown is the text, whole. Method: texts in pieces of
// every size.
#include "supported_text.h"

#include <gmock/gmock.h>

#include "lake/common_testing/result_matchers.h"

namespace lake::answers {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct Shown {
  std::vector<std::string> pieces;
  std::string text;
  bool shown = false;
  int begun = 0;
};

Shown Show(std::string_view text, size_t piece) {
  Shown result;
  SupportedText supported(
      2,
      [&]() -> Status {
        EXPECT_THAT(result.pieces, IsEmpty());
        ++result.begun;
        return {};
      },
      [&](std::string_view shown) -> Status {
        result.pieces.emplace_back(shown);
        return {};
      });
  for (size_t at = 0; at < text.size(); at += piece) LAKE_EXPECT_OK(supported.Take(text.substr(at, piece)));
  LAKE_EXPECT_OK(supported.End());
  result.text = supported.text();
  result.shown = supported.shown();
  return result;
}

TEST(SupportedTextTest, IsShownFromItsFirstCitationOn) {
  const std::string text = "\n Ada mends. She mends engines [2]. So it is [9].";
  for (size_t piece = 1; piece <= text.size(); ++piece) {
    const Shown shown = Show(text, piece);
    EXPECT_EQ(shown.text, "Ada mends. She mends engines [2]. So it is.");
    EXPECT_EQ(shown.begun, 1);
    EXPECT_TRUE(shown.pieces.at(0).starts_with("Ada mends. She mends engines [2]"));
    std::string joined;
    for (const std::string& part : shown.pieces) joined += part;
    EXPECT_EQ(joined, shown.text);
  }
}

TEST(SupportedTextTest, WithoutACitationNothingIsShown) {
  for (const std::string_view text :
       {"Of course: it is so.", "It is so [7].", "No support found", "No support found [1].", "", " \n"}) {
    const Shown shown = Show(text, 3);
    EXPECT_FALSE(shown.shown) << text;
    EXPECT_THAT(shown.pieces, IsEmpty()) << text;
    EXPECT_EQ(shown.begun, 0) << text;
  }
}

TEST(SupportedTextTest, AnErrorOfTheListenerEndsIt) {
  SupportedText text(
      1, [] { return Status(); }, [](std::string_view) { return Status(Cancelled("gone", "gone")); });
  LAKE_EXPECT_OK(text.Take("It is "));
  EXPECT_THAT(text.Take("so [1]"), IsError(ErrorCode::kCancelled, "gone"));
}

}  // namespace
}  // namespace lake::answers
