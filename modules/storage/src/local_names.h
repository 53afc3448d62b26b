// LocalNames: gives names to files and takes them away, durably and one writer at a time for each key. The
// part of LocalStore where the order of system calls matters; docs/formats/local-store.md has the recipe in
// prose.
#pragma once

#include <memory>
#include <string>

#include "directory_ledger.h"
#include "key_claims.h"
#include "lake/storage/disk.h"
#include "lake/storage/object_store.h"

namespace lake::storage {

/// inode-size-mtime in hex. Two versions never share it: NewFile::Seal stamps every file with a time of its
/// own.
Etag EtagOf(const FileStatus& status);

ObjectInfo InfoOf(ObjectKey key, const FileStatus& status);

/// not_found/object_not_found for what a disk calls not_found; other errors as they are.
Error AsObjectError(Error error, const ObjectKey& key);

class LocalNames {
 public:
  explicit LocalNames(Disk& disk) : disk_(disk) {}

  /// Syncs `file` and gives it the key's name as `mode` allows. On ok the object is durable.
  Result<Etag> Publish(NewFile& file, const ObjectKey& key, const PutMode& mode);
  /// On ok the key is free, durably; directories left empty are removed when nobody works in them.
  Status Remove(const ObjectKey& key);

  /// Before a read of `key`: what an earlier failed sync left in doubt is synced, or the read is refused, so
  /// that nothing is shown that a power cut could take back. Error: unavailable/store_unreachable.
  Status Settle(const ObjectKey& key);
  /// Before a list.
  Status SettleAll();

  /// A sync failed and nothing has succeeded since.
  bool in_doubt() const { return ledger_.in_doubt(); }

 private:
  Status NameDurably(NewFile& file, const ObjectKey& key, const PutMode& mode);
  Status CheckCondition(const ObjectKey& key, const PutMode& mode);
  Status GiveName(NewFile& file, const ObjectKey& key, const PutMode& mode);
  Status MakeParents(const std::string& key);
  Status ClearTheWay(const ObjectKey& key, const Error& conflict);
  Status RemoveName(const ObjectKey& key);
  Status SyncNamesOf(const std::string& key);
  Status SettleThese(const std::vector<DirectoryLedger::Suspect>& suspects);
  Status RemoveDirectory(const std::string& directory);
  Status RemoveEmptyTree(const std::string& directory);
  void Prune(const std::string& key);

  Disk& disk_;
  KeyClaims claims_;
  DirectoryLedger ledger_;
};

}  // namespace lake::storage
