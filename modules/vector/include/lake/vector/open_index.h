// A generation of an index that can be asked: its segment is mapped, its texts are open.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lake/ann/index.h"
#include "lake/ann/row_set.h"
#include "lake/common/context.h"
#include "lake/common/result.h"
#include "lake/vector/index_record.h"

namespace lake::vector {

struct StoredChunk {
  std::string doc_id;
  uint32_t number = 0;  ///< In its document, from 0.
  uint32_t start = 0;   ///< In the document's text, in code points.
  uint32_t end = 0;     ///< One past the last.
  std::string text;
};

inline constexpr size_t kMaxQuestionWords = 64;

/// Numbers in all vectors of an index that is scanned as quickly as the question is embedded: 43,000 chunks
/// of 384 dimensions take about two milliseconds.
inline constexpr uint64_t kQuickScan = 1u << 24;

struct Nearest {
  size_t k = 10;
  /// None: that of `usual`; or every row is compared, where that takes no longer than the rest of a search
  /// (kQuickScan).
  std::optional<size_t> ef_search;
  /// UsualWalk of the record; none: what the generation was built for.
  std::optional<WalkSettings> usual = {};
  ann::Precision precision = ann::Precision::kApproximate;
  const ann::RowSet* permitted = nullptr;  ///< Null: every row.
};

struct WordSearch {
  std::string_view question;
  size_t k = 10;
  const ann::RowSet* permitted = nullptr;  ///< Null: every row.
  /// Of these rows every hit is told, also those behind the best k. Null: none.
  const ann::RowSet* scored = nullptr;
};

struct WordHit {
  uint64_t row = 0;
  double score = 0;  ///< BM25; more is better.
};

/// Rows are numbered from 0 to chunks(). Any thread.
class OpenIndex {
 public:
  virtual ~OpenIndex() = default;

  virtual const Generation& generation() const = 0;
  virtual size_t chunks() const = 0;
  /// Vectors and graph; its ids are the rows. For those who measure it: searches go through FindNearest.
  virtual const ann::Index& segment() const = 0;
  /// Errors: those of ann::Index::Search; data_loss/segment_damaged once damage was found.
  virtual Result<ann::Answer> FindNearest(std::span<const float> query, const Nearest& options,
                                          const CancelToken& cancel) = 0;
  /// The best of the rows that have any of the question's words, by BM25 over stems, ties by row; none for a
  /// question without a word. At most kMaxQuestionWords words count. Errors: data_loss/chunk_store_damaged,
  /// those of the context.
  virtual Result<std::vector<WordHit>> FindWords(const Context& context, const WordSearch& search) = 0;
  /// The rows of those documents; those it does not know have none. Error: data_loss/chunk_store_damaged.
  virtual Result<ann::RowSet> RowsOf(const Context& context, std::span<const std::string> doc_ids) = 0;
  /// Error: data_loss/chunk_store_damaged.
  virtual Result<StoredChunk> ChunkAt(uint64_t row) = 0;
};

}  // namespace lake::vector
