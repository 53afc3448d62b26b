// ReadSet: everything one statement may open, and nothing else. The file system below the engine answers only
// for files that the session's ReadSet names, so a path that slips through every other check still opens
// nothing.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "lake/engine/memory_table.h"
#include "lake/storage/object_store.h"

namespace lake::engine {

/// One immutable object. `path` is its stable name inside the engine ("<bucket>/<key>"): caches are keyed by
/// it.
struct ScanFile {
  std::string path;
  std::shared_ptr<storage::ObjectStore> store;
  storage::ObjectKey key;
  uint64_t bytes = 0;
  uint64_t rows = 0;  ///< 0 when not known.
};

/// Copyable; what it names never changes after it was added.
class ReadSet {
 public:
  /// Makes `files` readable together and returns the one path that stands for them, in this order, inside
  /// read_parquet or read_csv: "lake://scan/<n>".
  std::string AddScan(std::vector<ScanFile> files);
  /// Makes a list of texts readable as the one-column table of the returned name (column "value", VARCHAR):
  /// long tombstone lists do not belong into the statement.
  std::string AddValues(std::shared_ptr<const std::vector<std::string>> values);

  /// Makes rows in memory readable as the table of the returned name.
  std::string AddTable(std::shared_ptr<const MemoryTable> table);

  /// What lake_keyed_hash hashes under; without a key its results are NULL.
  void SetHashKey(std::shared_ptr<const std::string> key) { hash_key_ = std::move(key); }

  const std::vector<std::vector<ScanFile>>& scans() const { return scans_; }
  const std::shared_ptr<const std::string>& hash_key() const { return hash_key_; }
  const std::vector<std::shared_ptr<const std::vector<std::string>>>& values() const { return values_; }
  const std::vector<std::shared_ptr<const MemoryTable>>& tables() const { return tables_; }

 private:
  std::vector<std::vector<ScanFile>> scans_;
  std::vector<std::shared_ptr<const std::vector<std::string>>> values_;
  std::vector<std::shared_ptr<const MemoryTable>> tables_;
  std::shared_ptr<const std::string> hash_key_;
};

}  // namespace lake::engine
