// How long a request has taken, as answers say it.
#pragma once

#include <chrono>

namespace lake::gateway {

/// Milliseconds.
inline double MillisSince(std::chrono::steady_clock::time_point started) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - started).count();
}

}  // namespace lake::gateway
