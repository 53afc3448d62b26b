// Names of things people name (datasets, columns) are compared without regard to ASCII case: folded, they are
// map keys.
#pragma once

#include <string>
#include <string_view>

namespace lake {

std::string Fold(std::string_view name);
bool SameFolded(std::string_view left, std::string_view right);

}  // namespace lake
