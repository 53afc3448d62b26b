#include "search_wire.h"

#include <fmt/format.h>

#include <chrono>
#include <utility>

namespace lake::gateway {

search::SearchRequest SearchRequestOf(wire::SearchIndex wanted) {
  search::SearchRequest search = {.index_name = std::move(wanted.index_name),
                                  .query = std::move(wanted.query).value_or(""),
                                  .vector = {},
                                  .mode = wanted.mode,
                                  .fusion = wanted.fusion,
                                  .k = wanted.k,
                                  .per_document = wanted.per_document,
                                  .filter = std::move(wanted.filter).value_or(""),
                                  .doc_ids = std::move(wanted.doc_ids),
                                  .ef_search = wanted.ef_search,
                                  .rerank = std::move(wanted.rerank)};
  if (wanted.vector)
    for (const double value : *wanted.vector) search.vector.push_back(static_cast<float>(value));
  if (wanted.exact) search.precision = ann::Precision::kExact;
  return search;
}

wire::SearchResult SearchResultOf(search::SearchAnswer answer) {
  wire::SearchResult result = {.index_name = std::move(answer.index_name),
                               .hits = {},
                               .exact = answer.exact,
                               .recall_low = answer.recall_low,
                               .short_of_k = answer.short_of_k,
                               .query_truncated = answer.query_truncated,
                               .stale = answer.stale,
                               .version = answer.version.number};
  for (search::Hit& hit : answer.hits)
    result.hits.push_back(
        {.doc_id = std::move(hit.doc_id),
         .source = std::move(hit.source),
         .chunk = hit.chunk,
         .text = std::move(hit.text),
         .start = hit.start,
         .end = hit.end,
         .score = hit.score,
         .scores = {.vector = hit.vector_score, .text = hit.text_score, .rerank = hit.rerank_score}});
  return result;
}

Header ServerTiming(const std::vector<search::StageTime>& stages) {
  std::string value;
  for (const search::StageTime& stage : stages)
    value += fmt::format("{}{};dur={:.3f}", value.empty() ? "" : ", ", stage.stage,
                         std::chrono::duration<double, std::milli>(stage.took).count());
  return {.name = "Server-Timing", .value = std::move(value)};
}

}  // namespace lake::gateway
