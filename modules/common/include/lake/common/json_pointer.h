// RFC 6901 pointers: the place of a value in a document, "/rows/3/name".
#pragma once

#include <string>
#include <string_view>

namespace lake {

/// Appends "/key" with '~' and '/' escaped. Array indexes are written as decimal keys.
void AppendPointer(std::string_view key, std::string* pointer);
/// `pointer` with "/key" in front.
std::string PrependPointer(std::string_view key, std::string_view pointer);

}  // namespace lake
