// An index as the wire has it.
#pragma once

#include "lake/gateway/wire/index.h"
#include "lake/vector/index_service.h"

namespace lake::gateway {

wire::Index IndexToWire(const vector::IndexInfo& info);

}  // namespace lake::gateway
