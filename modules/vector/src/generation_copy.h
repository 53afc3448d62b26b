// The files of a generation in a second bucket.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "lake/common/context.h"
#include "lake/common/result.h"
#include "lake/storage/object_store.h"

namespace lake::vector {

struct CopiedFiles {
  uint64_t objects = 0;
  uint64_t bytes = 0;
};

/// Told of the bytes of each piece that is in both.
using CopyProgress = std::function<void(uint64_t bytes)>;

/// Sizes of what CopyGeneration would copy.
Result<CopiedFiles> MeasureGeneration(const Context& context, storage::ObjectStore& from,
                                      const std::string& generation);

/// Every object of the generation is in `to` on ok, durable, and was read there and found the same. One that
/// is there already is not written again. Errors: data_loss/copy_differs, those of the stores and of the
/// context; what was copied by then stays.
Result<CopiedFiles> CopyGeneration(const Context& context, storage::ObjectStore& from,
                                   storage::ObjectStore& to, const std::string& generation,
                                   const CopyProgress& progress);

}  // namespace lake::vector
