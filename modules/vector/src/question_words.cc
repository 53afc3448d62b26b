#include "question_words.h"

#include <algorithm>
#include <array>

#include "lake/common/fold.h"
#include "lake/vector/chunker.h"

namespace lake::vector {
namespace {

/// Pronouns, articles, prepositions, conjunctions and auxiliary verbs; with and without the apostrophe, as
/// word boundaries keep it inside a word.
constexpr auto kFunctionWords = std::to_array<std::string_view>(
    {"a",       "about",  "after",   "again",   "against", "all",      "also",    "am",     "an",
     "and",     "any",    "anybody", "anyone",  "are",     "aren't",   "as",      "at",     "be",
     "because", "been",   "before",  "being",   "between", "both",     "but",     "by",     "can",
     "can't",   "could",  "did",     "didn't",  "do",      "does",     "doesn't", "doing",  "don't",
     "during",  "each",   "few",     "for",     "from",    "had",      "has",     "have",   "having",
     "he",      "her",    "here",    "hers",    "him",     "his",      "how",     "i",      "if",
     "in",      "into",   "is",      "isn't",   "it",      "it's",     "its",     "just",   "me",
     "more",    "most",   "my",      "no",      "nor",     "not",      "of",      "off",    "on",
     "once",    "only",   "or",      "other",   "our",     "ours",     "out",     "over",   "own",
     "same",    "she",    "should",  "so",      "some",    "somebody", "someone", "such",   "than",
     "that",    "that's", "the",     "their",   "theirs",  "them",     "then",    "there",  "these",
     "they",    "this",   "those",   "through", "to",      "too",      "under",   "until",  "up",
     "us",      "very",   "was",     "wasn't",  "we",      "were",     "what",    "what's", "when",
     "where",   "which",  "while",   "who",     "who's",   "whom",     "whose",   "why",    "will",
     "with",    "would",  "you",     "your",    "yours"});
static_assert(std::ranges::is_sorted(kFunctionWords));

bool IsFunctionWord(const std::string& word) {
  return std::ranges::binary_search(kFunctionWords, std::string_view(Fold(word)));
}

}  // namespace

std::vector<std::string> QuestionWords(std::string_view question, size_t most) {
  std::vector<std::string> all = DistinctWords(question, most);
  std::vector<std::string> telling = all;
  std::erase_if(telling, IsFunctionWord);
  return telling.empty() ? all : telling;
}

}  // namespace lake::vector
