#include "request_body.h"

#include <fstream>
#include <iostream>
#include <iterator>
#include <utility>

namespace lake::app {

Result<std::string> ReadText(const std::string& file) {
  if (file == "-") return std::string(std::istreambuf_iterator<char>(std::cin), {});
  std::ifstream in(file, std::ios::binary);
  if (!in) return NotFound("file_not_found", "cannot read the file '{}'", file);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

void SetUnlessEmpty(JsonValue* document, std::string_view name, const std::string& text) {
  if (!text.empty()) document->Set(name, text);
}

void SetIfGiven(JsonValue* document, std::string_view name, const std::optional<int64_t>& number) {
  if (number) document->Set(name, *number);
}

void SetIfGiven(JsonValue* document, std::string_view name, const std::optional<double>& number) {
  if (number) document->Set(name, *number);
}

JsonValue ConfigOf(const GraphOptions& options) {
  JsonValue config = JsonValue::MakeObject();
  SetIfGiven(&config, "ef_construction", options.ef_construction);
  SetIfGiven(&config, "ef_search", options.ef_search);
  SetIfGiven(&config, "seed", options.seed);
  SetIfGiven(&config, "degree", options.degree);
  SetIfGiven(&config, "alpha", options.alpha);
  SetUnlessEmpty(&config, "code", options.code);
  SetIfGiven(&config, "rerank", options.rerank);
  return config;
}

void SetRerank(JsonValue* document, const std::optional<std::string>& reranker) {
  if (!reranker) return;
  JsonValue rerank = JsonValue::MakeObject();
  SetUnlessEmpty(&rerank, "model", *reranker);
  document->Set("rerank", std::move(rerank));
}

}  // namespace lake::app
