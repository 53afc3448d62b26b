// An extractive answer: sentences of the hits that support a question best, each with its mark.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "lake/answers/answer_service.h"
#include "lake/models/embedder.h"
#include "lake/vector/chunker.h"
#include "lake/vector/index_record.h"

namespace lake::answers {

/// A sentence of a hit.
struct Sentence {
  size_t hit = 0;                      ///< Position.
  vector::Chunk text;                  ///< Offsets in the document.
  double support = 0;                  ///< Cosine between it and the question.
  std::span<const float> vector = {};  ///< Of unit length.
};

/// Those of the hits, in their order, without what two chunks of a document have in common; at most `most`.
std::vector<Sentence> SentencesOf(std::span<const search::Hit> hits, size_t most);

/// Few sentences, the best supported ones: none below `min_support`, none far below the best one, none that
/// says again what another one of its document says. Documents are in the order of their best sentence, the
/// sentences of one as they stand in it. Equal sentences of several documents count as one and follow each
/// other.
std::vector<Sentence> Choose(std::vector<Sentence> sentences, std::span<const search::Hit> hits,
                             double min_support);

struct Extract {
  std::string
      text;  ///< Each sentence with its marks behind it; an equal one stands there once, with all marks.
  std::vector<Citation> citations;
};

Extract WriteExtract(std::span<const Sentence> chosen, std::span<const search::Hit> hits);

}  // namespace lake::answers
