// Text that crosses our borders is UTF-8 or refused.
#pragma once

#include <string_view>

namespace lake {

/// Well-formed as Unicode 15, table 3-7 has it: no overlong forms, no surrogates, nothing above U+10FFFF.
bool IsUtf8(std::string_view text);

}  // namespace lake
