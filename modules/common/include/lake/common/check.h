// LAKE_CHECK: an invariant of our own code. When it is broken the process stops: wrong answers are worse.
#pragma once

namespace lake::internal {
[[noreturn]] void CheckFailed(const char* file, int line, const char* expression);
}

#define LAKE_CHECK(expression)                                                         \
  do {                                                                                 \
    if (!(expression)) ::lake::internal::CheckFailed(__FILE__, __LINE__, #expression); \
  } while (false)
