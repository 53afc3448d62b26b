#include "lake/common/context.h"

namespace lake {

Status Context::CheckAlive() const {
  if (cancel.cancelled()) return cancel.error();
  if (deadline.passed()) return DeadlineExceeded("deadline", "the time limit passed");
  return {};
}

}  // namespace lake
