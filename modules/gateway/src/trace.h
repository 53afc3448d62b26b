// Names of one request: its id for people, its trace for the machines around us.
#pragma once

#include <string>
#include <string_view>

#include "lake/common/random.h"
#include "lake/gateway/exchange.h"

namespace lake::gateway {

struct TraceNames {
  std::string request_id;
  std::string trace_id;
};

/// The client's X-Request-Id (1–64 of letters, digits, '.', '_', '-') and the trace id of its W3C traceparent
/// where they are well-formed; else each is the other, else both are new.
TraceNames NameRequest(const RequestHead& head, RandomSource& random);

}  // namespace lake::gateway
