// Whether a client waits for what takes long.
#pragma once

#include "lake/gateway/exchange.h"

namespace lake::gateway {

/// The Prefer header (RFC 7240): respond-async, wait, or neither.
enum class Waiting { kUnsaid, kAsync, kWait };
Waiting WaitingOf(const RequestHead& head);

}  // namespace lake::gateway
