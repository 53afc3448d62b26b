// Whether an answer is as expected, and what a corrected expectation would be.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "lake/common/json.h"

namespace lake::apitest {

/// Values captured by "<id:name>" and put into later requests and expectations.
using Captures = std::map<std::string, std::string>;

/// Replaces every <id:name> that is known.
std::string Substitute(std::string_view text, const Captures& captures);

/// Compares with a template: "<any>" is any value, "<id:x>" any text the first time and the same afterwards,
/// "<re:…>" text that matches the whole expression; a member "..." allows further members. Returns "" or
/// where it differs.
std::string MatchJson(const JsonValue& expected, const JsonValue& actual, Captures* captures,
                      const std::string& at);

/// The same for text that is no JSON: placeholders may stand anywhere in a line.
std::string MatchText(std::string_view expected, std::string_view actual, Captures* captures);

/// `actual` with the placeholders of `expected` kept where they still match: what --update writes.
JsonValue KeepPlaceholders(const JsonValue& expected, const JsonValue& actual);

}  // namespace lake::apitest
