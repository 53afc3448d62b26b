// The parts of one generation: chunks with their vectors, as Parquet objects that never change. They are what
// a build goes on from after a crash, and what the segment is made of. Page: docs/formats/embedding-part.md.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lake/common/context.h"
#include "lake/engine/engine.h"
#include "lake/storage/object_store.h"
#include "lake/vector/chunker.h"

namespace lake::vector {

struct DocumentChunk {
  std::string doc_id;
  uint32_t number = 0;        ///< In its document, from 0.
  std::string document_hash;  ///< Of the document's whole text: HashDocument.
  Chunk chunk;
};

/// First half of SHA-256, in hex.
std::string HashDocument(std::string_view text);

/// The object of a part in the store of that prefix.
std::string PartKey(std::string_view prefix, size_t number);

struct Part {
  std::vector<DocumentChunk> chunks;  ///< All of a document's, or none.
  std::vector<float> vectors;         ///< One after another.
};

/// A row of a part; valid during a call.
struct PartRow {
  std::string_view doc_id;
  uint32_t number = 0;
  uint32_t start = 0;
  uint32_t end = 0;
  std::string_view text;
  std::span<const float> vector;
};

/// One thread at a time.
class PartStore {
 public:
  /// Objects "<prefix>part-<6 digits>.parquet" of a bucket. `engine` must outlive it.
  PartStore(engine::Engine& engine, std::string bucket, std::shared_ptr<storage::ObjectStore> store,
            std::string prefix);

  /// Finds what is there. Before anything else.
  Status Load(const Context& context);
  size_t count() const { return files_.size(); }

  /// Durable and whole on ok; its number is the next one.
  Status Append(const Context& context, const Part& part);
  /// The same with the rows of a trusted statement that gives the columns of a part; no part when it has
  /// none.
  Status AppendRows(const Context& context, engine::ReadSet read_set, std::string_view trusted_sql);

  /// What reads all parts in a FROM clause; there must be some.
  std::string AddTo(engine::ReadSet* read_set) const;
  Result<uint64_t> CountRows(const Context& context);
  /// Every document that has a row, once or more often.
  Status ForEachDocument(const Context& context, const std::function<void(std::string_view)>& take);
  /// All rows by document id (as bytes) and number. Error: data_loss/part_damaged when a vector has not
  /// `dimensions` numbers.
  Status ForEachRow(const Context& context, uint32_t dimensions,
                    const std::function<Status(const PartRow&)>& take);

 private:
  Result<storage::ObjectKey> KeyOf(size_t number) const;
  /// Of all parts; no rows when there are none.
  Status Select(const Context& context, std::string_view columns, std::string_view rest,
                const std::function<Status(std::span<const engine::Cell>)>& take);

  engine::Engine& engine_;
  const std::string bucket_;
  const std::shared_ptr<storage::ObjectStore> store_;
  const std::string prefix_;
  std::vector<engine::ScanFile> files_;  ///< By number; none is missing.
};

}  // namespace lake::vector
