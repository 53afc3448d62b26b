#include "eval_generator.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <optional>
#include <set>
#include <unordered_set>

#include "lake/common/seeded_numbers.h"
#include "lake/vector/chunker.h"

namespace lake::tuning {
namespace {

/// Longer than questions are; what is longer is taken in pieces.
constexpr size_t kMostWords = 64;
/// Shorter ones are headings and fragments.
constexpr size_t kFewestWords = 4;
/// Neighbours of which one is drawn.
constexpr size_t kNeighbours = 8;
/// A query at this cosine distance from a row is that row.
constexpr float kSameVector = 1e-5F;
/// Of the distance between the two rows: as far beside the line as along it.
constexpr double kQueryNoise = 0.5;

struct Draft {
  std::string text;
  std::vector<float> vector;
  std::vector<std::string> documents;
};

class Generator {
 public:
  Generator(const Context& context, const TruthParts& parts, const vector::IndexModel& model,
            vector::OpenIndex& index, const GeneratorOptions& options, Log& log)
      : context_(context),
        parts_(parts),
        model_(model),
        index_(index),
        options_(options),
        log_(log),
        random_(options.seed) {}

  Result<std::vector<EvalQuery>> Make() {
    DrawRows();
    LAKE_ASSIGN_OR_RETURN(std::vector<Draft> drafts, Sentences());
    const size_t missing =
        std::min(options_.count, index_.chunks()) - std::min(drafts.size(), options_.count);
    LAKE_RETURN_IF_ERROR(AddPoints(missing, &drafts));
    std::vector<EvalQuery> queries;
    for (Draft& draft : drafts) {
      EvalQuery& query = queries.emplace_back();
      query.id = fmt::format("q{}", queries.size());
      query.half = queries.size() % 2 == 1 ? EvalHalf::kTune : EvalHalf::kValidate;
      query.documents = std::move(draft.documents);
      std::vector<double>& numbers = query.query_embedding.emplace();
      for (const float value : draft.vector) numbers.push_back(ShortDouble(value));
    }
    return queries;
  }

 private:
  /// All rows in an order that the seed decides.
  void DrawRows() {
    rows_.resize(index_.chunks());
    std::iota(rows_.begin(), rows_.end(), uint64_t{0});
    for (size_t i = rows_.size(); i > 1; --i) std::swap(rows_[i - 1], rows_[random_.Below(i)]);
  }

  /// One sentence of a chunk; none where a chunk has only one, which would be the chunk itself.
  Result<std::optional<Draft>> SentenceOf(uint64_t row) {
    LAKE_ASSIGN_OR_RETURN(const vector::StoredChunk chunk, index_.ChunkAt(row));
    std::vector<std::string> sentences;
    for (vector::Chunk& sentence : vector::SplitSentences(chunk.text, kMostWords))
      if (sentence.text != chunk.text &&
          vector::DistinctWords(sentence.text, kFewestWords).size() == kFewestWords)
        sentences.push_back(std::move(sentence.text));
    if (sentences.empty()) return std::optional<Draft>();
    return std::optional(Draft{.text = std::move(sentences[random_.Below(sentences.size())]),
                               .vector = {},
                               .documents = {chunk.doc_id}});
  }

  /// As many as there are, in rounds: what turns out to be a row is replaced in the next one.
  Result<std::vector<Draft>> Sentences() {
    std::vector<Draft> drafts;
    std::unordered_set<std::string> texts;
    size_t row = 0;
    while (drafts.size() < options_.count && row < rows_.size()) {
      std::vector<Draft> round;
      for (; row < rows_.size() && drafts.size() + round.size() < options_.count; ++row) {
        LAKE_RETURN_IF_ERROR(context_.CheckAlive());
        LAKE_ASSIGN_OR_RETURN(std::optional<Draft> draft, SentenceOf(rows_[row]));
        if (draft && texts.insert(draft->text).second) round.push_back(*std::move(draft));
      }
      LAKE_ASSIGN_OR_RETURN(const Modelled modelled, Embed(&round));
      if (modelled == Modelled::kNot) break;
      LAKE_RETURN_IF_ERROR(AddThoseThatAreNoRows(std::move(round), &drafts));
    }
    return drafts;
  }

  enum class Modelled { kAll, kNot };

  /// Those that have nothing to read leave. kNot when the model is not there.
  Result<Modelled> Embed(std::vector<Draft>* drafts) {
    std::vector<std::string> texts;
    for (Draft& draft : *drafts) texts.push_back(std::move(draft.text));
    Result<std::vector<std::optional<std::vector<float>>>> vectors =
        EmbedQueries(context_, parts_.models, model_, texts, parts_.progress);
    if (!vectors.ok()) {
      LAKE_RETURN_IF_ERROR(context_.CheckAlive());
      log_.Warning("eval_queries_not_embedded",
                   {{"model", model_.name}, {"error", vectors.error().ToString()}});
      return Modelled::kNot;
    }
    for (size_t i = 0; i < drafts->size(); ++i)
      if ((*vectors)[i]) (*drafts)[i].vector = *std::move((*vectors)[i]);
    std::erase_if(*drafts, [](const Draft& draft) { return draft.vector.empty(); });
    return Modelled::kAll;
  }

  /// A graph finds its rows too easily.
  Status AddThoseThatAreNoRows(std::vector<Draft> round, std::vector<Draft>* drafts) {
    for (Draft& draft : round) {
      LAKE_ASSIGN_OR_RETURN(const ann::Answer answer, Nearest(draft.vector, 1));
      if (!answer.hits.empty() && answer.hits.front().distance > kSameVector)
        drafts->push_back(std::move(draft));
    }
    return {};
  }

  Result<ann::Answer> Nearest(const std::vector<float>& vector, size_t k) {
    LAKE_RETURN_IF_ERROR(context_.CheckAlive());
    return index_.segment().Search(vector, {.k = k, .precision = ann::Precision::kExact}, context_.cancel,
                                   &memory_);
  }

  Status AddPoints(size_t count, std::vector<Draft>* drafts) {
    for (size_t i = 0, added = 0; i < rows_.size() && added < count; ++i) {
      LAKE_ASSIGN_OR_RETURN(std::optional<Draft> point, PointNear(rows_[i]));
      if (!point) continue;
      drafts->push_back(*std::move(point));
      ++added;
    }
    return {};
  }

  /// Between the row and one of its neighbours, with noise; none where all are equal to it.
  Result<std::optional<Draft>> PointNear(uint64_t row) {
    const std::span<const float> here = index_.segment().vectors().row_span(row);
    LAKE_ASSIGN_OR_RETURN(const ann::Answer answer,
                          Nearest(std::vector<float>(here.begin(), here.end()), kNeighbours));
    std::vector<uint64_t> neighbours;
    for (const ann::Hit& hit : answer.hits)
      if (hit.distance > kSameVector) neighbours.push_back(hit.id);
    if (neighbours.empty()) return std::optional<Draft>();
    const uint64_t other = neighbours[random_.Below(neighbours.size())];
    Draft draft = {
        .text = {}, .vector = Between(here, index_.segment().vectors().row_span(other)), .documents = {}};
    std::set<std::string> documents;
    for (const uint64_t of : {row, other}) {
      LAKE_ASSIGN_OR_RETURN(vector::StoredChunk chunk, index_.ChunkAt(of));
      documents.insert(std::move(chunk.doc_id));
    }
    draft.documents.assign(documents.begin(), documents.end());
    LAKE_ASSIGN_OR_RETURN(const ann::Answer nearest, Nearest(draft.vector, 1));
    if (nearest.hits.front().distance <= kSameVector) return std::optional<Draft>();
    return std::optional(std::move(draft));
  }

  std::vector<float> Between(std::span<const float> a, std::span<const float> b) {
    double squares = 0;
    for (size_t d = 0; d < a.size(); ++d) squares += std::pow(a[d] - b[d], 2);
    const double deviation = kQueryNoise * std::sqrt(squares / static_cast<double>(a.size()));
    const double part = 0.3 + 0.4 * random_.Uniform();
    std::vector<float> point(a.size());
    for (size_t d = 0; d < a.size(); ++d)
      point[d] = static_cast<float>((1 - part) * a[d] + part * b[d] + deviation * Normal());
    return point;
  }

  /// Of the normal distribution (Box and Muller, 1958).
  double Normal() {
    const double radius = std::sqrt(-2 * std::log(1 - random_.Uniform()));
    return radius * std::cos(2 * std::numbers::pi * random_.Uniform());
  }

  const Context& context_;
  const TruthParts& parts_;
  const vector::IndexModel& model_;
  vector::OpenIndex& index_;
  const GeneratorOptions& options_;
  Log& log_;
  SeededNumbers random_;
  ann::SearchMemory memory_;
  std::vector<uint64_t> rows_;
};

}  // namespace

Result<std::vector<EvalQuery>> GenerateQueries(const Context& context, const TruthParts& parts,
                                               const vector::IndexModel& model, vector::OpenIndex& index,
                                               const GeneratorOptions& options, Log& log) {
  return Generator(context, parts, model, index, options, log).Make();
}

}  // namespace lake::tuning
