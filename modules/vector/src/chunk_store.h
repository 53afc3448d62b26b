// The texts of a generation by row and by word: one SQLite file beside the segment, made once and never
// changed. Page: docs/formats/chunk-store.md.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lake/ann/row_set.h"
#include "lake/common/context.h"
#include "lake/common/mutex.h"
#include "lake/common/result.h"
#include "lake/vector/open_index.h"

struct sqlite3;
struct sqlite3_stmt;

namespace lake::vector {

struct CloseDatabase {
  void operator()(sqlite3* database) const;
};
struct FinishStatement {
  void operator()(sqlite3_stmt* statement) const;
};
using Database = std::unique_ptr<sqlite3, CloseDatabase>;
using Statement = std::unique_ptr<sqlite3_stmt, FinishStatement>;

/// One thread. The file is whole after Finish; who destroys it before has a file that no one opens.
class ChunkStoreWriter {
 public:
  /// Makes the file anew. Error: internal/chunk_store_failed, also of the others.
  static Result<std::unique_ptr<ChunkStoreWriter>> Create(const std::filesystem::path& path);

  /// Rows come in order, from 0.
  Status Add(const StoredChunk& chunk);
  Status Finish();

 private:
  explicit ChunkStoreWriter(Database database) : database_(std::move(database)) {}

  Database database_;
  Statement insert_;
  int64_t rows_ = 0;
};

/// Any thread.
class ChunkStore {
 public:
  /// Errors: data_loss/chunk_store_damaged, unimplemented/chunk_store_newer.
  static Result<std::unique_ptr<ChunkStore>> Open(const std::filesystem::path& path);
  ~ChunkStore();

  /// Error: data_loss/chunk_store_damaged, also when there is no such row.
  Result<StoredChunk> Get(uint64_t row);
  /// See OpenIndex::FindWords; the question's words one by one.
  Result<std::vector<WordHit>> FindWords(const Context& context, const std::vector<std::string>& words,
                                         const WordSearch& search);
  /// The document of every row, in order of the rows. Error: data_loss/chunk_store_damaged.
  Status ForEachDocument(const std::function<void(uint64_t row, std::string_view doc_id)>& take);

 private:
  class Connection;
  class Lease;

  explicit ChunkStore(std::filesystem::path path);
  Result<Lease> Take() LAKE_EXCLUDES(mutex_);

  const std::filesystem::path path_;
  Mutex mutex_;
  std::vector<std::unique_ptr<Connection>> idle_ LAKE_GUARDED_BY(mutex_);
};

}  // namespace lake::vector
