// The arguments of a call to a provided function: constants and parameters, by position and by name.
#pragma once

#include <vector>

#include "lake/common/json.h"
#include "lake/common/result.h"
#include "lake/query/provided_function.h"

namespace lake::query {

struct BoundArguments {
  std::vector<JsonValue> values;          ///< FunctionArguments.
  std::vector<const JsonValue*> written;  ///< The node of each; null where it was left out.
};

/// `call` is the FUNCTION node of a parsed statement, `parameters` what $1, $2… stand for. NULL for an
/// optional argument leaves it out. Errors, with position: invalid_argument/bad_argument (missing, unknown,
/// given twice, of another type, or no constant), invalid_argument/bad_parameter (not given).
Result<BoundArguments> BindArguments(const FunctionSignature& signature, const JsonValue& call,
                                     const std::vector<JsonValue>& parameters);

}  // namespace lake::query
