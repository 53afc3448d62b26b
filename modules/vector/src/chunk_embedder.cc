#include "chunk_embedder.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <utility>

namespace lake::vector {
namespace {

/// The text that an empty_text error names.
std::optional<size_t> PositionOf(const Error& error) {
  if (!error.Is("empty_text") || error.details().empty()) return std::nullopt;
  const std::string& pointer = error.details().front().pointer;
  size_t position = 0;
  if (pointer.empty() ||
      std::from_chars(pointer.data() + 1, pointer.data() + pointer.size(), position).ec != std::errc())
    return std::nullopt;
  return position;
}

class Work {
 public:
  Work(const Context& context, models::Embedder& embedder, const models::ModelFingerprint& model)
      : context_(context), embedder_(embedder), model_(model) {}

  Result<Part> Embed(std::vector<DocumentChunk> chunks) {
    Part part;
    std::vector<size_t> truncated;
    for (size_t first = 0; first < chunks.size(); first += models::kMaxTexts) {
      std::vector<DocumentChunk> call(
          std::make_move_iterator(chunks.begin() + static_cast<std::ptrdiff_t>(first)),
          std::make_move_iterator(chunks.begin() + static_cast<std::ptrdiff_t>(
                                                       std::min(first + models::kMaxTexts, chunks.size()))));
      LAKE_RETURN_IF_ERROR(EmbedCall(std::move(call), &part, &truncated));
    }
    return truncated.empty() ? std::move(part) : Halve(std::move(part), truncated);
  }

 private:
  Status EmbedCall(std::vector<DocumentChunk> chunks, Part* part, std::vector<size_t>* truncated) {
    while (!chunks.empty()) {
      std::vector<std::string> texts;
      for (const DocumentChunk& chunk : chunks) texts.push_back(chunk.chunk.text);
      Result<models::Embeddings> made = embedder_.Embed(context_, texts);
      if (!made.ok()) {
        const std::optional<size_t> empty = PositionOf(made.error());
        if (!empty || *empty >= chunks.size()) return std::move(made).error();
        chunks.erase(chunks.begin() + static_cast<std::ptrdiff_t>(*empty));
        continue;
      }
      LAKE_RETURN_IF_ERROR(CheckSameModel(model_, made->model));
      for (const size_t position : made->truncated) truncated->push_back(part->chunks.size() + position);
      std::ranges::move(chunks, std::back_inserter(part->chunks));
      part->vectors.insert(part->vectors.end(), made->values.begin(), made->values.end());
      return {};
    }
    return {};
  }

  /// The same with halves, embedded, in the places of chunks that were cut short.
  Result<Part> Halve(Part whole, const std::vector<size_t>& truncated) {
    std::vector<DocumentChunk> halves;
    std::vector<bool> halved(whole.chunks.size());
    for (const size_t position : truncated) {
      const DocumentChunk& chunk = whole.chunks[position];
      std::vector<Chunk> pieces = HalveChunk(chunk.chunk);
      if (pieces.size() < 2) continue;  // One word: its vector is of what the model reads.
      halved[position] = true;
      for (Chunk& piece : pieces) {
        halves.push_back(chunk);
        halves.back().chunk = std::move(piece);
      }
    }
    if (halves.empty()) return whole;
    LAKE_ASSIGN_OR_RETURN(Part pieces, Embed(std::move(halves)));
    Part part;
    size_t next = 0;
    for (size_t i = 0; i < whole.chunks.size(); ++i) {
      const DocumentChunk& chunk = whole.chunks[i];
      if (!halved[i]) {
        Move(whole, i, &part);
        continue;
      }
      while (next < pieces.chunks.size() && pieces.chunks[next].doc_id == chunk.doc_id &&
             pieces.chunks[next].number == chunk.number)
        Move(pieces, next++, &part);
    }
    return part;
  }

  void Move(Part& from, size_t position, Part* to) const {
    to->chunks.push_back(std::move(from.chunks[position]));
    const auto begin = from.vectors.begin() + static_cast<std::ptrdiff_t>(position * model_.dimension);
    to->vectors.insert(to->vectors.end(), begin, begin + static_cast<std::ptrdiff_t>(model_.dimension));
  }

  const Context& context_;
  models::Embedder& embedder_;
  const models::ModelFingerprint& model_;
};

}  // namespace

Status CheckSameModel(const models::ModelFingerprint& expected, const models::ModelFingerprint& actual) {
  if (expected == actual) return {};
  const bool another_name = expected.name != actual.name;
  return FailedPrecondition("model_changed",
                            "the index was made with model '{}' ({}, {} dimensions); what is there now is "
                            "{}({}, {} dimensions), and "
                            "their vectors cannot be compared",
                            expected.name, expected.digest.substr(0, 12), expected.dimension,
                            another_name ? fmt::format("'{}' ", actual.name) : std::string(),
                            actual.digest.substr(0, 12), actual.dimension);
}

Result<Part> EmbedChunks(const Context& context, models::Embedder& embedder,
                         const models::ModelFingerprint& model, std::vector<DocumentChunk> chunks) {
  LAKE_ASSIGN_OR_RETURN(Part part, Work(context, embedder, model).Embed(std::move(chunks)));
  uint32_t number = 0;
  for (size_t i = 0; i < part.chunks.size(); ++i) {
    number = i > 0 && part.chunks[i].doc_id == part.chunks[i - 1].doc_id ? number + 1 : 0;
    part.chunks[i].number = number;
  }
  return part;
}

}  // namespace lake::vector
