// What a generation takes over from the one before: nothing that did not change is embedded again.
#pragma once

#include "lake/common/context.h"
#include "part_store.h"
#include "source_reader.h"

namespace lake::vector {

// The stores are loaded.

/// Puts the chunks of documents whose text is the same as in `previous` into one part of `parts`. No part
/// when there are none.
Status TakeOverUnchanged(const Context& context, const SourceReader& source, PartStore& previous,
                         PartStore& parts);

/// The same with rows of documents that are still there, whatever their text is.
Status TakeOverPresent(const Context& context, const SourceReader& source, PartStore& previous,
                       PartStore& parts);

/// What two generations have in common.
Result<TakenOver> Compare(const Context& context, engine::Engine& engine, PartStore& previous,
                          PartStore& parts);

}  // namespace lake::vector
