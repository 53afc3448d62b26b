#include "search_answer.h"

#include <cstdio>

#include "request_body.h"
#include "rest.h"
#include "terminal.h"

namespace lake::app {

JsonValue SearchBody(const SearchOptions& options) {
  JsonValue body = JsonValue::MakeObject(
      {{"index_name", options.index}, {"query", options.query}, {"mode", options.mode}, {"k", options.k}});
  SetUnlessEmpty(&body, "fusion", options.fusion);
  SetIfGiven(&body, "per_document", options.per_document);
  SetUnlessEmpty(&body, "filter", options.filter);
  SetIfGiven(&body, "ef_search", options.ef_search);
  if (options.precision == SearchOptions::Precision::kExact) body.Set("exact", true);
  SetRerank(&body, options.reranker);
  return body;
}

void PrintHits(const JsonValue& answer) {
  const JsonValue* hits = answer.Find("hits");
  if (hits == nullptr || !hits->is_array()) return;
  std::vector<std::vector<std::string>> rows;
  for (const JsonValue& hit : hits->as_array()) {
    const JsonValue* score = hit.Find("score");
    rows.push_back({score == nullptr ? "" : fmt::format("{:.3f}", score->as_double()),
                    std::string(hit.FindString("doc_id")), OneLine(hit.FindString("text"))});
  }
  if (rows.empty())
    fmt::print("nothing found\n");
  else
    fmt::print("{}", FormatTable({{.name = "score", .align = TableColumn::Align::kRight},
                                  {.name = "doc_id"},
                                  {.name = "text"}},
                                 rows));
  const JsonValue* recall = answer.Find("recall_low");
  std::string note = Says(answer, "exact") ? "exact" : "approximate";
  if (recall != nullptr && recall->is_number())
    note += fmt::format(", recall at least {:.3f}", recall->as_double());
  if (Says(answer, "stale")) note += "; the dataset has changed since the index was built";
  if (Says(answer, "query_truncated")) note += "; the end of the question is more than the model reads";
  if (const JsonValue* warm = answer.Find("warm"); warm != nullptr)
    note += Says(answer, "warm") ? "; warm" : "; not warm: every text was compared";
  fmt::print(stderr, "{}\n", note);
}

}  // namespace lake::app
