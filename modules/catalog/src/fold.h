// Names are compared without regard to ASCII case: folded, they are map keys.
#pragma once

#include <string>
#include <string_view>

namespace lake::catalog {

std::string Fold(std::string_view name);
bool SameFolded(std::string_view left, std::string_view right);

}  // namespace lake::catalog
