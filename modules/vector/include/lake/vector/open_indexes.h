// The indexes that are open: each is mapped when it is first asked, and verified behind the scenes.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "lake/common/context.h"
#include "lake/common/log.h"
#include "lake/common/result.h"
#include "lake/storage/bucket_registry.h"
#include "lake/vector/index_record.h"
#include "lake/vector/open_index.h"

namespace lake::vector {

/// Any thread.
class OpenIndexes {
 public:
  struct Options {
    std::filesystem::path cache_directory;  ///< Of this process alone: what is in it is removed first.
    size_t max_open = 64;                   ///< More: the one that was asked longest ago is closed.
  };

  /// The references must outlive it. Error: failed_precondition/bad_cache_directory.
  static Result<std::unique_ptr<OpenIndexes>> Make(const storage::BucketRegistry& buckets, Log& log,
                                                   Options options);
  /// Waits for what verifies.
  virtual ~OpenIndexes() = default;

  /// The live generation. Errors: failed_precondition/index_not_ready (the first one is being built),
  /// those of ann::Index::Open, data_loss/chunk_store_damaged, those of the store.
  virtual Result<std::shared_ptr<OpenIndex>> Find(const Context& context, const IndexRecord& record) = 0;
  /// The same, for as long as the caller holds it, also when more than `max_open` others are asked; that is
  /// what Find gives meanwhile. Reads what `residence` wants in memory. Errors: Find's.
  virtual Result<std::shared_ptr<OpenIndex>> Warm(const Context& context, const IndexRecord& record,
                                                  ann::Residence residence) = 0;
  /// The generation is gone: its files are let go when nobody searches in them any more.
  virtual void Close(const std::string& generation) = 0;
};

}  // namespace lake::vector
