#include "request_body.h"

#include <utility>

namespace lake::app {

void SetUnlessEmpty(JsonValue* document, std::string_view name, const std::string& text) {
  if (!text.empty()) document->Set(name, text);
}

void SetIfGiven(JsonValue* document, std::string_view name, const std::optional<int64_t>& number) {
  if (number) document->Set(name, *number);
}

void SetRerank(JsonValue* document, const std::optional<std::string>& reranker) {
  if (!reranker) return;
  JsonValue rerank = JsonValue::MakeObject();
  SetUnlessEmpty(&rerank, "model", *reranker);
  document->Set("rerank", std::move(rerank));
}

}  // namespace lake::app
