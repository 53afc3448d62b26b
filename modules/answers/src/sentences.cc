#include "sentences.h"

#include <algorithm>
#include <numeric>
#include <set>
#include <utility>

#include "citation_marks.h"

namespace lake::answers {
namespace {

/// A longer sentence is cut: a list without full stops is no statement, and models read about 256 tokens.
constexpr size_t kMostWords = 60;
/// Statements of an answer: more than people read before they look at the sources themselves.
constexpr size_t kMostStatements = 4;
/// A sentence that supports the question this much less than the best one is about something else (measured
/// in docs/decisions/0020-cited-answers.md).
constexpr double kOfTheBest = 0.8;
/// Cosine from which on two sentences of one document say the same.
constexpr double kSameMeaning = 0.9;

bool Overlap(const Sentence& a, const Sentence& b) {
  return a.text.start < b.text.end && b.text.start < a.text.end;
}

bool SaySame(const Sentence& a, const Sentence& b) {
  return std::inner_product(a.vector.begin(), a.vector.end(), b.vector.begin(), 0.0) > kSameMeaning;
}

bool SameDocument(const Sentence& a, const Sentence& b, std::span<const search::Hit> hits) {
  return hits[a.hit].doc_id == hits[b.hit].doc_id;
}

/// Puts the sentences of a document together, documents in the order of their best sentence, equal sentences
/// behind the first of them.
std::vector<Sentence> InOrder(std::vector<Sentence> best_first, std::span<const search::Hit> hits) {
  std::vector<Sentence> by_document;
  std::vector<bool> taken(best_first.size());
  for (size_t i = 0; i < best_first.size(); ++i) {
    if (taken[i]) continue;
    const size_t begin = by_document.size();
    for (size_t j = i; j < best_first.size(); ++j) {
      if (taken[j] || !SameDocument(best_first[i], best_first[j], hits)) continue;
      taken[j] = true;
      by_document.push_back(best_first[j]);
    }
    std::ranges::sort(by_document.begin() + static_cast<std::ptrdiff_t>(begin), by_document.end(), {},
                      [](const Sentence& sentence) { return sentence.text.start; });
  }
  std::vector<Sentence> ordered;
  std::set<std::string_view> told;
  for (const Sentence& first : by_document) {
    if (!told.insert(first.text.text).second) continue;
    for (const Sentence& equal : by_document)
      if (equal.text.text == first.text.text) ordered.push_back(equal);
  }
  return ordered;
}

}  // namespace

std::vector<Sentence> SentencesOf(std::span<const search::Hit> hits, size_t most) {
  std::vector<Sentence> sentences;
  for (size_t hit = 0; hit < hits.size(); ++hit) {
    for (vector::Chunk& text : vector::SplitSentences(hits[hit].text, kMostWords)) {
      text.start += hits[hit].start;
      text.end += hits[hit].start;
      Sentence sentence = {.hit = hit, .text = std::move(text)};
      const bool known = std::ranges::any_of(sentences, [&](const Sentence& other) {
        return SameDocument(sentence, other, hits) && Overlap(sentence, other);
      });
      if (known) continue;
      if (sentences.size() == most) return sentences;
      sentences.push_back(std::move(sentence));
    }
  }
  return sentences;
}

std::vector<Sentence> Choose(std::vector<Sentence> sentences, std::span<const search::Hit> hits,
                             double min_support) {
  std::ranges::sort(sentences, [](const Sentence& a, const Sentence& b) {
    if (a.support != b.support) return a.support > b.support;
    return a.hit != b.hit ? a.hit < b.hit : a.text.start < b.text.start;
  });
  std::vector<Sentence> chosen;
  std::set<std::string> statements;
  for (Sentence& sentence : sentences) {
    if (sentence.support < min_support || sentence.support < kOfTheBest * sentences.front().support) break;
    const bool redundant = std::ranges::any_of(chosen, [&](const Sentence& other) {
      return SameDocument(sentence, other, hits) && SaySame(sentence, other);
    });
    const bool room = statements.size() < kMostStatements || statements.contains(sentence.text.text);
    if (redundant || !room) continue;
    statements.insert(sentence.text.text);
    chosen.push_back(sentence);
  }
  return InOrder(std::move(chosen), hits);
}

Extract WriteExtract(std::span<const Sentence> chosen, std::span<const search::Hit> hits) {
  Extract extract;
  for (size_t i = 0; i < chosen.size(); ++i) {
    const Sentence& sentence = chosen[i];
    const auto n = static_cast<uint32_t>(i + 1);
    const bool again = i > 0 && chosen[i - 1].text.text == sentence.text.text;
    if (!again) extract.text += (i > 0 ? " " : "") + WithoutMarks(sentence.text.text) + " ";
    extract.text += MarkOf({n});
    const search::Hit& hit = hits[sentence.hit];
    extract.citations.push_back({.n = n,
                                 .source = hit.source,
                                 .doc_id = hit.doc_id,
                                 .chunk = hit.chunk,
                                 .text = sentence.text.text,
                                 .start = sentence.text.start,
                                 .end = sentence.text.end,
                                 .score = sentence.support});
  }
  return extract;
}

}  // namespace lake::answers
