// Described structs to and from JSON. Include this where a struct is read or written; describe.h where it is
// declared.
#pragma once

#include <string>
#include <string_view>

#include "lake/common/describe_read.h"
#include "lake/common/describe_schema.h"
#include "lake/common/describe_write.h"
#include "lake/common/json.h"

namespace lake {

/// Errors: those of ParseJson, and invalid_argument/invalid_request with one detail per wrong place
/// ("/tuning/m": "expected an integer"), at most 20 of them.
template <class T>
Result<T> ReadJson(std::string_view text, Reading reading) {
  LAKE_ASSIGN_OR_RETURN(JsonValue document, ParseJson(text));
  return FromJson<T>(document, reading);
}

template <class T>
std::string WriteJson(const T& value)
  requires Described<T>
{
  return WriteJson(ToJson(value));
}

}  // namespace lake
