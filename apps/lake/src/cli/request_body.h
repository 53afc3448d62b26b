// What commands make the documents of their requests of.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "commands.h"
#include "lake/common/json.h"
#include "lake/common/result.h"

namespace lake::app {

/// A file's contents; "-" is stdin. Error: not_found/file_not_found.
Result<std::string> ReadText(const std::string& file);

void SetUnlessEmpty(JsonValue* document, std::string_view name, const std::string& text);
void SetIfGiven(JsonValue* document, std::string_view name, const std::optional<int64_t>& number);
void SetIfGiven(JsonValue* document, std::string_view name, const std::optional<double>& number);
/// The members of a configuration that are given.
JsonValue ConfigOf(const GraphOptions& options);
/// `reranker`: the name of a model; empty is the server's.
void SetRerank(JsonValue* document, const std::optional<std::string>& reranker);

}  // namespace lake::app
