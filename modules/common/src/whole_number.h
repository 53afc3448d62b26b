// Which doubles are whole numbers that say exactly which.
#pragma once

#include <cmath>

namespace lake::internal {

inline bool IsWholeNumber(double number) {
  constexpr double kLargestExactInteger =
      9007199254740992.0;  // 2^53: beyond, neighbouring integers are one double.
  return std::trunc(number) == number && std::abs(number) <= kLargestExactInteger;
}

}  // namespace lake::internal
