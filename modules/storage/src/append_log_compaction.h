// Compaction of an append log: batches become one merged object, crash-safely.
#pragma once

#include "append_log_objects.h"

namespace lake::storage {

/// Puts the merged object before it deletes a source, and the merged object's key says which batches it
/// holds, so at every moment each record counts exactly once. Gives the number of batches merged. One at a
/// time for each log.
Result<size_t> CompactLog(const Context& context, const AppendLogObjects& objects);

}  // namespace lake::storage
