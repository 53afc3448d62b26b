// Goal: a question is searched for by the words that tell something. Method: questions and what is left of
// them.
#include "question_words.h"

#include <gmock/gmock.h>

namespace lake::vector {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(QuestionWordsTest, FunctionWordsAreLeftOut) {
  EXPECT_THAT(QuestionWords("Who has worked with birds of prey?", 10),
              ElementsAre("worked", "birds", "prey"));
  EXPECT_THAT(QuestionWords("SOMEONE who doesn't fear heights, and heights again", 10),
              ElementsAre("fear", "heights"));
}

TEST(QuestionWordsTest, UnlessThereIsNothingElse) {
  EXPECT_THAT(QuestionWords("To be, or not to be", 10), ElementsAre("To", "be", "or", "not", "to"));
  EXPECT_THAT(QuestionWords("The Who", 10), ElementsAre("The", "Who"));
  EXPECT_THAT(QuestionWords("?!", 10), IsEmpty());
}

TEST(QuestionWordsTest, OtherLanguagesKeepTheirs) {
  EXPECT_THAT(QuestionWords("Wer kann schweißen?", 10), ElementsAre("Wer", "kann", "schweißen"));
}

}  // namespace
}  // namespace lake::vector
