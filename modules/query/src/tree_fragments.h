// Pieces of trusted SQL as pieces of a statement's tree.
#pragma once

#include <string>
#include <string_view>

#include "lake/common/context.h"
#include "lake/common/json.h"
#include "lake/common/result.h"
#include "lake/engine/engine.h"

namespace lake::query {

/// A SELECT as a subquery in FROM.
Result<JsonValue> SubqueryTree(engine::Engine& engine, const Context& context, const std::string& select);

/// An expression that stands for itself, such as a cast of a constant.
Result<JsonValue> ExpressionTree(engine::Engine& engine, const Context& context,
                                 const std::string& expression);

/// Puts a subquery into the place of a table reference. What the user said about the reference itself stays:
/// alias, column aliases, sample, position. Without an alias it is called `name`.
void SpliceTable(JsonValue& reference, const JsonValue& subquery, std::string_view name);

}  // namespace lake::query
