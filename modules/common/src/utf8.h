// UTF-8, one character at a time.
#pragma once

#include <cstddef>
#include <string_view>

namespace lake::internal {

/// Bytes of the well-formed character that `text` starts with (Unicode 15, table 3-7); 0 when it starts with
/// none.
size_t Utf8Length(std::string_view text);

}  // namespace lake::internal
