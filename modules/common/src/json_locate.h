// Where a text stops being JSON. simdjson says that a document is wrong but not where; this plain scanner
// runs only after simdjson refused one, to give people a position.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace lake::internal {

struct JsonFault {
  size_t offset;  ///< In bytes, from the start of the text.
  std::string_view what;
};

/// The first fault; none for a text that is JSON.
std::optional<JsonFault> LocateJsonFault(std::string_view text);

}  // namespace lake::internal
