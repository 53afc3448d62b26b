// Statement text to tree.
#pragma once

#include <string_view>

#include "lake/common/result.h"
#include "lake/engine/engine.h"

namespace lake::engine {

Result<SelectTree> ParseSelect(std::string_view sql, const std::vector<std::string>& replaced_functions);

}  // namespace lake::engine
