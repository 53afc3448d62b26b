// Goal: an extractive answer has the best supported sentences, none twice, each at its place in its document.
// Method: sentences with supports and vectors by hand.
#include "sentences.h"

#include <gmock/gmock.h>

#include "sources.h"

namespace lake::answers {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

search::Hit MakeHit(const std::string& doc_id, const std::string& text, uint32_t start) {
  return {.doc_id = doc_id, .source = "notes", .text = text, .start = start};
}

class SentencesTest : public testing::Test {
 protected:
  /// A sentence of the document "a", "b", … of hit 0, 1, …; `about` is the dimension of its vector.
  void Add(size_t hit, const std::string& text, double support, size_t about) {
    while (hits_.size() <= hit)
      hits_.push_back(MakeHit(std::string(1, static_cast<char>('a' + hits_.size())), "", 0));
    const auto start = static_cast<uint32_t>(100 * sentences_.size());
    sentences_.push_back({.hit = hit,
                          .text = {.text = text, .start = start, .end = start + 10},
                          .support = support,
                          .vector = vectors_.at(about)});
  }
  std::string Text(double min_support) {
    return WriteExtract(Choose(sentences_, hits_, min_support), hits_).text;
  }

  const std::vector<std::vector<float>> vectors_ = {{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}, {0, 0, 0, 1}};
  std::vector<search::Hit> hits_;
  std::vector<Sentence> sentences_;
};

TEST_F(SentencesTest, BelowTheThresholdThereIsNone) {
  Add(0, "Some.", 0.4, 0);
  EXPECT_EQ(Text(0.4), "Some. [1]");
  EXPECT_EQ(Text(0.41), "");
  sentences_.clear();
  EXPECT_EQ(Text(0), "");
}

TEST_F(SentencesTest, DocumentsAreInTheOrderOfTheirBestSentence) {
  Add(0, "First of a.", 0.7, 0);
  Add(0, "Second of a.", 0.8, 1);
  Add(1, "Best, of b.", 0.85, 2);
  Add(1, "About something else.", 0.6, 3);
  EXPECT_EQ(Text(0.4), "Best, of b. [1] First of a. [2] Second of a. [3]");
}

TEST_F(SentencesTest, NothingIsSaidTwice) {
  Add(0, "Works at night.", 0.8, 0);
  Add(0, "Nights are worked.", 0.79, 0);
  Add(1, "Works at night.", 0.78, 0);
  Add(2, "Night worker.", 0.77, 0);
  EXPECT_EQ(Text(0.4), "Works at night. [1][2] Night worker. [3]");
}

TEST_F(SentencesTest, FourStatementsAreEnough) {
  for (size_t i = 0; i < 6; ++i) Add(i, "Sentence " + std::to_string(i) + ".", 0.9, 0);
  EXPECT_EQ(Text(0.4), "Sentence 0. [1] Sentence 1. [2] Sentence 2. [3] Sentence 3. [4]");
}

TEST_F(SentencesTest, MarksOfASourceAreNotThoseOfTheAnswer) {
  Add(0, "As shown in [3].", 0.8, 0);
  const Extract extract = WriteExtract(Choose(sentences_, hits_, 0.4), hits_);
  EXPECT_EQ(extract.text, "As shown in (3). [1]");
  EXPECT_EQ(extract.citations[0].text, "As shown in [3].");
  EXPECT_EQ(extract.citations[0].n, 1u);
  EXPECT_EQ(extract.citations[0].doc_id, "a");
  EXPECT_EQ(extract.citations[0].score, 0.8);
}

TEST(SentencesOfTest, StandWhereTheyAreInTheirDocument) {
  const std::vector<search::Hit> hits = {MakeHit("a", "Über uns. Zwei Sätze.", 40),
                                         MakeHit("a", "Zwei Sätze. Drei.", 50),
                                         MakeHit("b", "Zwei Sätze.", 50)};
  std::vector<std::string> found;
  for (const Sentence& sentence : SentencesOf(hits, 10))
    found.push_back(fmt::format("{} [{},{}) {}", sentence.hit, sentence.text.start, sentence.text.end,
                                sentence.text.text));
  // What two chunks of "a" have in common is there once.
  EXPECT_THAT(found, ElementsAre("0 [40,49) Über uns.", "0 [50,61) Zwei Sätze.", "1 [62,67) Drei.",
                                 "2 [50,61) Zwei Sätze."));
  EXPECT_EQ(SentencesOf(hits, 2).size(), 2u);
}

TEST(SourcesTest, ShrinkByWholeSourcesFirst) {
  std::vector<search::Hit> hits;
  for (int i = 0; i < 6; ++i)
    hits.push_back(MakeHit(std::to_string(i), std::string(300, 'a') + " word. And more.", 7));
  hits[0].text = "One sentence of this. " + std::string(300, 'b') + " is another one.";
  std::vector<Citation> sources = NumberSources(hits, 5000);
  ASSERT_EQ(sources.size(), 6u);
  EXPECT_EQ(sources[5].n, 6u);
  std::vector<size_t> sizes;
  while (sources.size() > 1 && Shrink(&sources)) sizes.push_back(sources.size());
  EXPECT_THAT(sizes, ElementsAre(5, 4, 3, 2, 1));
  EXPECT_EQ(sources[0].text, hits[0].text);
  EXPECT_TRUE(Shrink(&sources));
  EXPECT_EQ(sources[0].text, "One sentence of this.");
  EXPECT_EQ(sources[0].start, 7u);
  EXPECT_EQ(sources[0].end, 28u);
  EXPECT_FALSE(Shrink(&sources));
  EXPECT_EQ(sources[0].text, "One sentence of this.");
}

TEST(SourcesTest, AreBoundedInBytesButOne) {
  const std::vector<search::Hit> hits = {MakeHit("a", std::string(100, 'a'), 0),
                                         MakeHit("b", std::string(100, 'b'), 0)};
  EXPECT_EQ(NumberSources(hits, 200).size(), 2u);
  EXPECT_EQ(NumberSources(hits, 199).size(), 1u);
  EXPECT_EQ(NumberSources(hits, 10).size(), 1u);
  EXPECT_THAT(NumberSources({}, 10), IsEmpty());
}

}  // namespace
}  // namespace lake::answers
