// A store that tells how many bytes of its objects have been read: the progress of an engine that reads a
// file.
#pragma once

#include <functional>
#include <memory>

#include "lake/storage/object_store.h"

namespace lake::ingest {

/// `on_read` is called from any thread with the number of bytes just read.
std::shared_ptr<storage::ObjectStore> MakeCountingStore(std::shared_ptr<storage::ObjectStore> store,
                                                        std::function<void(uint64_t bytes)> on_read);

}  // namespace lake::ingest
