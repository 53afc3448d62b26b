// One page of a list over a directory tree, in the byte order of keys.
#pragma once

#include "lake/common/context.h"
#include "lake/storage/disk.h"
#include "lake/storage/object_store.h"

namespace lake::storage {

/// Reads only directories that can hold something of this page: the prefix picks where to start, `after`
/// skips whole trees, and a delimiter looks into a tree only until it has seen that there is an object in it.
Result<ObjectPage> ListLocal(const Context& context, Disk& disk, const ListOptions& options);

}  // namespace lake::storage
