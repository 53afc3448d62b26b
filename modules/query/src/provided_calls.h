// Calls of provided functions in a statement: found, answered, and replaced by what they gave.
//
// In place of a call in FROM comes a table in memory, in place of one in an expression a constant: texts of
// an answer never become SQL.
#pragma once

#include <vector>

#include "function_arguments.h"
#include "lake/access/request.h"
#include "lake/common/json.h"
#include "lake/common/result.h"
#include "lake/engine/engine.h"
#include "lake/engine/read_set.h"
#include "lake/query/provided_function.h"

namespace lake::query {

/// What the statement is compiled for.
enum class CompilePurpose {
  kRun,
  kExplain,  ///< Nothing is answered: there are no rows and no vectors, but their types.
};

struct ProvidedCall {
  JsonValue* node = nullptr;                   ///< In the tree: table reference or expression.
  const RelationFunction* relation = nullptr;  ///< One of these two is there.
  const VectorFunction* vector = nullptr;
  BoundArguments arguments;

  const FunctionSignature& signature() const;
};

/// The calls of a statement that passed the gate, in the order of the tree, which must stay as it is until
/// they are replaced. Errors: those of BindArguments; resource_exhausted/statement_too_complex for more than
/// kMaxProvidedCalls; permission_denied/not_allowed_in_sql for WITH ORDINALITY.
Result<std::vector<ProvidedCall>> FindProvidedCalls(JsonValue& tree, const ProvidedFunctions& functions,
                                                    const std::vector<JsonValue>& parameters);

/// Answers the calls one after the other, equal ones once, and puts the answers into the tree and the read
/// set. Errors: those of the functions, with the position of the call or of the argument they are about;
/// resource_exhausted/calls_too_large.
Status ReplaceProvidedCalls(engine::Engine& engine, const access::Request& request, CompilePurpose purpose,
                            const std::vector<ProvidedCall>& calls, engine::ReadSet& read_set);

}  // namespace lake::query
