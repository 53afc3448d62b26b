#include "ranking.h"

#include <algorithm>
#include <utility>

namespace lake::search {
namespace {

// Of hybrid searches, how deep the two lists go that are fused: what is second best in both may be the best
// of all.
constexpr size_t kFusedDepth = 4;
constexpr size_t kFusedAtLeast = 100;
constexpr size_t kFusedAtMost = 1000;

double Cosine(const ann::Hit& hit) { return 1 - static_cast<double>(hit.distance); }

ann::RowSet RowsOf(std::span<const FusedRow> rows, const vector::OpenIndex& index) {
  ann::RowSet set(index.chunks());
  for (const FusedRow& row : rows) set.Add(static_cast<uint32_t>(row.row));
  return set;
}

Result<Ranked> ByVector(const Question& question, size_t k, StageClock& stages) {
  const vector::Nearest nearest = {.k = k,
                                   .ef_search = question.ef_search,
                                   .usual = question.usual,
                                   .precision = question.precision,
                                   .permitted = question.permitted};
  LAKE_ASSIGN_OR_RETURN(const ann::Answer found,
                        question.index.FindNearest(question.vector, nearest, question.context.cancel));
  Ranked ranked = {.rows = {}, .exact = found.exact};
  for (const ann::Hit& hit : found.hits)
    ranked.rows.push_back({.row = hit.id, .score = Cosine(hit), .vector_score = Cosine(hit)});
  stages.Done("vector");
  return ranked;
}

/// The best k and, of `scored`, whatever has a word.
Result<std::vector<FusedRow>> ByWords(const Question& question, size_t k, const ann::RowSet* scored,
                                      StageClock& stages) {
  LAKE_ASSIGN_OR_RETURN(
      const std::vector<vector::WordHit> hits,
      question.index.FindWords(
          question.context,
          {.question = question.words, .k = k, .permitted = question.permitted, .scored = scored}));
  std::vector<FusedRow> rows;
  for (const vector::WordHit& hit : hits)
    rows.push_back({.row = hit.row, .score = hit.score, .text_score = hit.score});
  stages.Done("words");
  return rows;
}

/// Gives rows that were found by words what their vectors score.
Status ScoreVectors(const Question& question, std::span<FusedRow> rows, StageClock& stages) {
  if (rows.empty()) return {};
  const ann::RowSet wanted = RowsOf(rows, question.index);
  LAKE_ASSIGN_OR_RETURN(
      const ann::Answer found,
      question.index.FindNearest(
          question.vector,
          {.k = rows.size(), .ef_search = {}, .precision = ann::Precision::kExact, .permitted = &wanted},
          question.context.cancel));
  std::ranges::sort(rows, {}, &FusedRow::row);
  for (const ann::Hit& hit : found.hits)
    std::ranges::lower_bound(rows, hit.id, {}, &FusedRow::row)->vector_score = Cosine(hit);
  stages.Done("vector");
  return {};
}

/// The candidates of both lists with both scores.
Result<Ranked> BothScores(const Question& question, size_t depth, StageClock& stages) {
  LAKE_ASSIGN_OR_RETURN(Ranked ranked, ByVector(question, depth, stages));
  const ann::RowSet near = RowsOf(ranked.rows, question.index);
  LAKE_ASSIGN_OR_RETURN(std::vector<FusedRow> by_words, ByWords(question, depth, &near, stages));
  // The rows that are near as well come first.
  const auto others = std::ranges::partition(
      by_words, [&](const FusedRow& row) { return near.Contains(static_cast<size_t>(row.row)); });
  LAKE_RETURN_IF_ERROR(ScoreVectors(question, others, stages));
  std::ranges::sort(ranked.rows, {}, &FusedRow::row);
  for (auto row = by_words.begin(); row != others.begin(); ++row)
    std::ranges::lower_bound(ranked.rows, row->row, {}, &FusedRow::row)->text_score = row->text_score;
  ranked.rows.insert(ranked.rows.end(), others.begin(), others.end());
  return ranked;
}

}  // namespace

Result<Ranked> Rank(const Question& question, size_t k, StageClock& stages) {
  if (question.mode == SearchMode::kVector) return ByVector(question, k, stages);
  if (question.mode == SearchMode::kText) {
    LAKE_ASSIGN_OR_RETURN(std::vector<FusedRow> rows, ByWords(question, k, nullptr, stages));
    return Ranked{.rows = std::move(rows)};
  }
  const size_t depth = std::clamp(k * kFusedDepth, kFusedAtLeast, std::max(k, kFusedAtMost));
  if (question.fusion == Fusion::kScores) {
    LAKE_ASSIGN_OR_RETURN(Ranked ranked, BothScores(question, depth, stages));
    ranked.rows = FuseByScore(std::move(ranked.rows), k);
    return ranked;
  }
  LAKE_ASSIGN_OR_RETURN(Ranked ranked, ByVector(question, depth, stages));
  LAKE_ASSIGN_OR_RETURN(const std::vector<FusedRow> by_words, ByWords(question, depth, nullptr, stages));
  ranked.rows = FuseByRank(ranked.rows, by_words, k);
  return ranked;
}

}  // namespace lake::search
