// Members of a request's document that are there only when somebody gave them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "lake/common/json.h"

namespace lake::app {

void SetUnlessEmpty(JsonValue* document, std::string_view name, const std::string& text);
void SetIfGiven(JsonValue* document, std::string_view name, const std::optional<int64_t>& number);
/// `reranker`: the name of a model; empty is the server's.
void SetRerank(JsonValue* document, const std::optional<std::string>& reranker);

}  // namespace lake::app
