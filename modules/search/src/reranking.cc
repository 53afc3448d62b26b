#include "reranking.h"

#include <algorithm>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

namespace lake::search {
namespace {

/// The client knows its query; of positions among the candidates it knows nothing.
Error AboutRequest(const Error& error) {
  Error placed(error.code(), error.reason(), error.message());
  for (const ErrorDetail& detail : error.details())
    if (detail.pointer == "/query") placed.AddDetail(detail.pointer, detail.message);
  return std::move(placed).WithCause(error.internal_cause());
}

}  // namespace

Result<std::shared_ptr<models::Reranker>> FindReranker(models::Provider& models, const Rerank& wanted) {
  Result<std::shared_ptr<models::Reranker>> found = models.FindReranker(wanted.model);
  if (found.ok()) return found;
  const std::string message = found.error().message();
  return std::move(found).error().WithDetail(wanted.model.empty() ? "/rerank" : "/rerank/model", message);
}

Status OrderAnew(const Context& context, models::Reranker& reranker, std::string_view query,
                 SearchAnswer* answer) {
  std::vector<Hit>& hits = answer->hits;
  if (hits.empty()) return {};
  std::vector<std::string> texts;
  for (const Hit& hit : hits) texts.push_back(hit.text);
  const Result<models::Ranking> ranking = reranker.Rank(context, query, texts);
  if (!ranking.ok()) return AboutRequest(ranking.error());
  answer->query_truncated |= ranking->query_truncated;
  std::vector<size_t> order(hits.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::sort(order, [&](size_t a, size_t b) {
    return ranking->scores[a] != ranking->scores[b] ? ranking->scores[a] > ranking->scores[b] : a < b;
  });
  std::vector<Hit> ordered;
  for (const size_t i : order) {
    Hit& hit = ordered.emplace_back(std::move(hits[i]));
    hit.score = ranking->scores[i];
    hit.rerank_score = hit.score;
  }
  hits = std::move(ordered);
  return {};
}

}  // namespace lake::search
