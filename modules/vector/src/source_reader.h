// The rows of the source as chunks, in portions of about one part, read while others are embedded.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "index_job.h"
#include "lake/catalog/catalog.h"
#include "lake/engine/engine.h"
#include "lake/models/embedder.h"
#include "lake/storage/bucket_registry.h"
#include "part_store.h"

namespace lake::vector {

struct SourceCounts {
  uint64_t rows = 0;  ///< With an id.
  uint64_t without_id = 0;
};

/// Some documents, whole.
struct Portion {
  std::vector<DocumentChunk> chunks;
  uint64_t documents = 0;  ///< With chunks.
  uint64_t wordless = 0;   ///< Read and left out: no word in them.
};

/// What is read: the dataset as it was at one version, without rows that are deleted now.
class SourceReader {
 public:
  /// Errors: not_found/dataset_not_found, failed_precondition/source_changed when a column is gone.
  /// The references outlive it.
  static Result<SourceReader> Make(const catalog::Snapshot& snapshot, const storage::BucketRegistry& buckets,
                                   engine::Engine& engine, models::Embedder& embedder, const IndexJob& job);

  /// A trusted SELECT of doc_id and text, and what it reads.
  const std::string& rows() const { return rows_; }
  const engine::ReadSet& read_set() const { return read_set_; }

  /// Error: invalid_argument/duplicate_ids with one of them: a document must be one row.
  Result<SourceCounts> Count(const Context& context);
  /// Portions of documents that `known` does not contain. `take` returns false to stop. Errors: those of the
  /// engine, and of models::Embedder::CountTokens for chunks in tokens.
  Status Read(const Context& context, const std::function<bool(std::string_view doc_id)>& known,
              const std::function<bool(Portion)>& take);

 private:
  SourceReader(engine::Engine& engine, models::Embedder& embedder, engine::ReadSet read_set, std::string rows,
               ChunkSettings chunk);
  Result<std::vector<Chunk>> ChunksOf(const Context& context, std::string_view text) const;
  Status Select(const Context& context, std::string_view trusted_sql,
                const std::function<Status(std::span<const engine::Cell>)>& take) const;

  engine::Engine& engine_;
  models::Embedder& embedder_;  ///< That counts tokens.
  engine::ReadSet read_set_;
  std::string rows_;
  ChunkSettings chunk_;
};

}  // namespace lake::vector
