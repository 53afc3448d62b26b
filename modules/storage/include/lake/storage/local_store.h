// Objects as files below one root directory. Recipe of a durable put: unnamed temporary → write → fsync →
// link or rename → fsync the directory (and every directory newly made): two fsyncs into a directory that
// exists. A delete is unlink → fsync the directory. One process owns the directory (DirectoryLock), so
// IfMatch is a check and a rename while the key is claimed. Layout and recipe in full:
// docs/formats/local-store.md.
//
// On a file system `a` and `a/b` cannot both be objects: the put that comes second is refused with
// failed_precondition/key_conflict. Files that are no objects (links, devices, names that are no keys) are
// not shown.
#pragma once

#include <memory>

#include "lake/storage/disk.h"
#include "lake/storage/object_store.h"

namespace lake::storage {

/// For the process that owns the directory. After one that was killed it removes temporary files and waits
/// until what is visible is durable (SyncAll). Writers and readers must not outlive the store. Errors: those
/// of Disk.
Result<std::unique_ptr<ObjectStore>> OpenLocalStore(std::unique_ptr<Disk> disk);

}  // namespace lake::storage
