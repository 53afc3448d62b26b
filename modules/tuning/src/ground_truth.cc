#include "ground_truth.h"

#include <algorithm>
#include <utility>

namespace lake::tuning {
namespace {

std::vector<float> FloatsOf(const std::vector<double>& numbers) {
  std::vector<float> floats;
  floats.reserve(numbers.size());
  for (const double number : numbers) floats.push_back(static_cast<float>(number));
  return floats;
}

void ForgetTruth(EvalQuery* query) {
  query->ground_truth.reset();
  query->ground_truth_distance.reset();
}

/// A deleted document leaves no trace, so what was made of it goes, too.
Status DropGone(const Context& context, vector::OpenIndex& index, EvalSet* set) {
  Status failed;
  const auto gone = [&](const EvalQuery& query) {
    if (!query.documents || !failed.ok()) return false;
    for (const std::string& document : *query.documents) {
      const Result<ann::RowSet> rows = index.RowsOf(context, std::span(&document, 1));
      if (!rows.ok()) failed = rows.error();
      if (rows.ok() && rows->count() == 0) return true;
    }
    return false;
  };
  set->dropped += std::erase_if(set->queries, gone);
  return failed;
}

/// Vectors for the texts that have none by the index's model.
Status Embed(const Context& context, const TruthParts& parts, const vector::IndexModel& model, EvalSet* set) {
  const bool same = set->model == model;
  std::vector<EvalQuery*> queries;
  std::vector<std::string> texts;
  for (EvalQuery& query : set->queries) {
    if (!query.text || (query.query_embedding && (same || !set->model))) continue;
    queries.push_back(&query);
    texts.push_back(*query.text);
  }
  LAKE_ASSIGN_OR_RETURN(const auto vectors,
                        EmbedQueries(context, parts.models, model, texts, parts.progress));
  for (size_t i = 0; i < queries.size(); ++i) {
    queries[i]->query_embedding.reset();
    if (!vectors[i]) continue;
    std::vector<double>& numbers = queries[i]->query_embedding.emplace();
    for (const float value : *vectors[i]) numbers.push_back(ShortDouble(value));
  }
  if (!queries.empty()) set->model = model;
  return {};
}

bool CanBeAsked(const EvalQuery& query, const EvalSet& set, const vector::IndexModel& model) {
  if (!query.query_embedding || query.query_embedding->size() != model.dimensions) return false;
  // Made of an index whose model is another one now, and no text to embed again.
  if (query.documents && set.model && !(*set.model == model)) return false;
  const std::vector<float> vector = FloatsOf(*query.query_embedding);
  const ann::Matrix one = {.data = vector.data(), .rows = 1, .dimensions = vector.size()};
  return ann::CheckVectors(one, ann::Metric::kCosine).ok();
}

}  // namespace

bool HasGroundTruth(const EvalSet& set, const vector::IndexRecord& record) {
  return set.ground_truth_built && record.live &&
         set.truth_source == TruthSource{.index_name = record.name, .generation = record.live->id};
}

Result<EvalSet> BuildGroundTruth(const Context& context, const TruthParts& parts, EvalSet set,
                                 const vector::IndexRecord& record, vector::OpenIndex& index) {
  LAKE_RETURN_IF_ERROR(DropGone(context, index, &set));
  LAKE_RETURN_IF_ERROR(Embed(context, parts, record.model, &set));
  std::vector<EvalQuery*> asked;
  std::vector<float> vectors;
  set.skipped = 0;
  for (EvalQuery& query : set.queries) {
    ForgetTruth(&query);
    if (!CanBeAsked(query, set, record.model)) {
      ++set.skipped;
      continue;
    }
    asked.push_back(&query);
    const std::vector<float> vector = FloatsOf(*query.query_embedding);
    vectors.insert(vectors.end(), vector.begin(), vector.end());
  }
  const ann::Matrix matrix = {
      .data = vectors.data(), .rows = asked.size(), .dimensions = record.model.dimensions};
  std::vector<ann::Answer> answers;
  if (!asked.empty() && index.chunks() > 0) {
    LAKE_ASSIGN_OR_RETURN(
        answers, index.segment().SearchBatch(matrix, {.k = set.k, .precision = ann::Precision::kExact},
                                             parts.threads, context.cancel));
  }
  for (size_t i = 0; i < answers.size(); ++i) {
    std::vector<std::string>& nearest = asked[i]->ground_truth.emplace();
    for (const ann::Hit& hit : answers[i].hits) {
      LAKE_ASSIGN_OR_RETURN(const vector::StoredChunk chunk, index.ChunkAt(hit.id));
      nearest.push_back(fmt::format("{}#{}", chunk.doc_id, chunk.number));
    }
    asked[i]->ground_truth_distance = ShortDouble(ann::GroundTruthOf(answers[i].hits).farthest);
  }
  set.truth_source = {.index_name = record.name, .generation = index.generation().id};
  set.ground_truth_built = true;
  return set;
}

AskedQueries QueriesOf(const EvalSet& set, size_t dimensions, std::optional<EvalHalf> half) {
  AskedQueries queries = {.dimensions = dimensions};
  size_t position = 0;
  for (const EvalQuery& query : set.queries) {
    const EvalHalf in_turns = position++ % 2 == 0 ? EvalHalf::kTune : EvalHalf::kValidate;
    if (half && query.half.value_or(in_turns) != *half) continue;
    if (!query.ground_truth || !query.ground_truth_distance || !query.query_embedding) continue;
    const std::vector<float> vector = FloatsOf(*query.query_embedding);
    queries.vectors.insert(queries.vectors.end(), vector.begin(), vector.end());
    queries.truths.push_back(
        {.count = query.ground_truth->size(), .farthest = static_cast<float>(*query.ground_truth_distance)});
  }
  return queries;
}

}  // namespace lake::tuning
