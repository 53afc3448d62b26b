// The key of an answer: equal where the same caller's text means the same question about the same content
// under the same rules. No name of a caller, a role or a dataset is in it, for a name can come to mean
// something else.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "lake/access/hash_key.h"
#include "lake/common/json.h"
#include "lake/query/query_service.h"
#include "relation_compiler.h"

namespace lake::query {

/// Of the tree as it was written: equal for texts that differ in blanks, line breaks and remarks only. None
/// when the statement gives other rows when it is asked again.
std::optional<std::string> StatementDigest(const JsonValue& tree);

/// None when the statement reads what has no version: tables of the system.
std::optional<std::string> AnswerKey(std::string_view statement_digest, const QueryRequest& query,
                                     const CompiledStatement& compiled, const access::HashKey& hash_key);

}  // namespace lake::query
