#include "lake/common/json_pointer.h"

namespace lake {

void AppendPointer(std::string_view key, std::string* pointer) {
  pointer->push_back('/');
  for (const char character : key) {
    if (character == '~') {
      *pointer += "~0";
    } else if (character == '/') {
      *pointer += "~1";
    } else {
      pointer->push_back(character);
    }
  }
}

std::string PrependPointer(std::string_view key, std::string_view pointer) {
  std::string whole;
  AppendPointer(key, &whole);
  return whole.append(pointer);
}

}  // namespace lake
