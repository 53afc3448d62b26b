// Numbers of a fixed width, as dates and times have them: a formatting library takes ten times as long, and
// each request has three.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace lake {

/// The last `width` decimal digits of `number`, with zeros in front.
inline void AppendDigits(uint64_t number, size_t width, std::string* out) {
  out->resize(out->size() + width);
  for (size_t i = 1; i <= width; ++i, number /= 10)
    (*out)[out->size() - i] = static_cast<char>('0' + number % 10);
}

}  // namespace lake
