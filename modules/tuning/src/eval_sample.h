// Some queries of an eval set, where asking all of them takes too long.
#pragma once

#include <cstddef>

#include "lake/tuning/eval_set.h"

namespace lake::tuning {

/// At most `count` of the set's queries, evenly spread over it: those that configurations are judged by when
/// there are any, else of all.
EvalSet ThinOut(EvalSet set, size_t count);

}  // namespace lake::tuning
