#include "wait_for_cancel.h"

#include <latch>

namespace lake::app {

void WaitForCancel(const CancelToken& token) {
  std::latch cancelled(1);
  CancelRegistration registration = token.OnCancel([&cancelled] { cancelled.count_down(); });
  cancelled.wait();
}

}  // namespace lake::app
