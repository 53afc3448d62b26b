#include "lake/common/check.h"

#include <cstdio>
#include <cstdlib>

namespace lake::internal {

void CheckFailed(const char* file, int line, const char* expression) {
  // stdio only: the heap and the log may be what is broken.
  std::fprintf(stderr, "%s:%d: check failed: %s\n", file, line, expression);
  std::abort();
}

}  // namespace lake::internal
