// Waiting between tries: random, so that two writers that collided do not collide again; doubling, so that a
// store in trouble is left alone.
#pragma once

#include <cstddef>

#include "lake/common/random.h"

namespace lake::catalog {

/// Sleeps 0 to 2^`attempt` milliseconds, at most 250; `attempt` counts from 0.
void BackOff(RandomSource& random, size_t attempt);

}  // namespace lake::catalog
