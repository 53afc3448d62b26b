// Names and ids that are to stand in keys of objects, paths of routes and command lines without any quoting.
#pragma once

#include <cstddef>
#include <string_view>

namespace lake {

/// Whether it has 1 to `most` bytes of ASCII letters, digits, '_', '-' and '.', the first a letter or a
/// digit.
bool IsPlainName(std::string_view name, size_t most);

}  // namespace lake
