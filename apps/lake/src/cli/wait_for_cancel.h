// Blocks until a token is cancelled.
#pragma once

#include "lake/common/cancel.h"

namespace lake::app {

void WaitForCancel(const CancelToken& token);

}  // namespace lake::app
