// Objects in memory, with the same contract as every store except that nothing outlives the process.
#pragma once

#include <memory>
#include <string>

#include "lake/common/clock.h"
#include "lake/storage/object_store.h"

namespace lake::storage {

/// `clock` stamps modification times. It must outlive the store, and the store its writers.
std::unique_ptr<ObjectStore> MakeMemoryStore(Clock& clock);
/// One that holds an object from the start.
std::unique_ptr<ObjectStore> MakeMemoryStore(Clock& clock, const ObjectKey& key, std::string bytes);

}  // namespace lake::storage
