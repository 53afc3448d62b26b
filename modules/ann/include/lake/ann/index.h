// An index of vectors: codes, a graph over them and the vectors themselves, built once and never changed. It
// is either in the memory of the one who built it or a mapped file (docs/formats/vector-segment.md); both
// answer alike.
//
//   LAKE_ASSIGN_OR_RETURN(Index index, Index::Build(vectors, ids, {.metric = Metric::kCosine}, cancel));
//   LAKE_RETURN_IF_ERROR(index.WriteTo(sink));
//   LAKE_ASSIGN_OR_RETURN(Index opened, Index::Open(path));
//   SearchMemory memory;
//   LAKE_ASSIGN_OR_RETURN(Answer answer, opened.Search(query, {.k = 10}, cancel, &memory));
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lake/ann/code.h"
#include "lake/ann/kernels.h"
#include "lake/ann/metric.h"
#include "lake/ann/region_map.h"
#include "lake/ann/row_set.h"
#include "lake/common/cancel.h"
#include "lake/common/result.h"

namespace lake::ann {

struct BuildOptions {
  Metric metric = Metric::kCosine;
  size_t ef_construction =
      80;              ///< 10 to 400: how many candidates a row finds before it chooses its neighbours.
  size_t degree = 32;  ///< 4 to 96: neighbours a row may have.
  float alpha = 1;     ///< 1 to 2: how much longer than needed a way may be kept (see SelectionRule).
  /// What rows are compared by, in the build and on walks. None: the least that tells these vectors apart.
  std::optional<Code> code;
  uint64_t seed = 0;   ///< Draws the leaders of leaves and the entries.
  size_t threads = 1;  ///< 1 to 256. The index does not depend on it.
  /// For Rewire: 8 bytes for each candidate of each row, as long as the index or one made of it lives.
  bool keep_candidates = false;
};

/// An index of so few rows has no graph: a scan of all is quicker than a walk.
inline constexpr size_t kRowsWorthAGraph = 1000;

inline constexpr size_t kMaxK = 10'000;
inline constexpr size_t kMinEfSearch = 10;
inline constexpr size_t kMaxEfSearch = 200;
inline constexpr size_t kDefaultEfSearch = 30;

enum class Precision {
  kApproximate,  ///< Through the graph, where that is quicker.
  kExact,        ///< Every row that may be found is compared.
};

struct SearchOptions {
  size_t k = 10;  ///< 1 to kMaxK.
  /// kMinEfSearch to kMaxEfSearch: how wide the walk is, as if it kept so many rows; k when that is more. It
  /// expands about as many, fewer where the k nearest stand out and more where they hardly do.
  size_t ef_search = kDefaultEfSearch;
  /// Rows compared by their f32 at the end, at most, of those that the walk kept. 0: those that by their
  /// codes are likely among the k, at most twice k, or 20, or a fifth of ef_search; half more after kInt4.
  size_t rerank = 0;
  std::optional<Code> code;  ///< What the walk goes by. None: that of the build.
  Precision precision = Precision::kApproximate;
  const RowSet* filter = nullptr;  ///< Of index.rows() rows; null: every row may be found.
};

struct Hit {
  uint64_t id;
  float distance;  ///< By the metric, of the f32 vectors.
  bool operator==(const Hit&) const = default;
};

/// Hits are the nearest first, ties by id. There are min(k, rows that may be found) of them, always.
struct Answer {
  std::vector<Hit> hits;
  bool exact = false;      ///< Proven to be the nearest by the f32 vectors; else the graph's.
  uint64_t distances = 0;  ///< Codes compared.
  uint64_t hops = 0;       ///< Rows whose neighbours were read.
  uint64_t reranked = 0;   ///< f32 vectors compared.
};

/// What searches work in, kept from one to the next: a search allocates only its answer once it has grown.
/// One search at a time.
class SearchMemory {
 public:
  SearchMemory();
  ~SearchMemory();
  SearchMemory(SearchMemory&&) noexcept;
  SearchMemory& operator=(SearchMemory&&) noexcept;

  struct State;

 private:
  friend class Index;
  std::unique_ptr<State> state_;
};

/// Where an opened index keeps what walks read at random: high halves, their terms and the graph.
enum class Residence {
  kMapped,  ///< In the file, in pages that the kernel may drop. Opens at once.
  kCopied,  ///< In memory of its own, in huge pages: walks wait less. Opening reads those sections.
};

/// Cheap to copy. Any number of threads search at once, each with a memory of its own.
class Index {
 public:
  /// Builds over `vectors`, which must outlive the index. ids[r] is row r's; ascending, none twice. Errors:
  /// CheckVectors', invalid_argument/{ids_not_ascending, build_option_out_of_range}, those of `cancel`.
  static Result<Index> Build(const Matrix& vectors, std::span<const uint64_t> ids,
                             const BuildOptions& options, const CancelToken& cancel);
  /// The same with given kernels, to show that they build the same index.
  static Result<Index> BuildWith(const Kernels& kernels, const Matrix& vectors, std::span<const uint64_t> ids,
                                 const BuildOptions& options, const CancelToken& cancel);
  /// An index over the same vectors whose neighbours are chosen anew among the candidates that this build
  /// kept: what a build of that degree and alpha gives, to the last bit, for a third of its cost. Errors:
  /// failed_precondition/no_candidates (not kept, or opened from a file),
  /// invalid_argument/build_option_out_of_range, those of `cancel`.
  Result<Index> Rewire(size_t degree, float alpha, size_t threads, const CancelToken& cancel) const;
  /// Maps a file, which must stay as it is while the index lives. Reads the header and checks every size, not
  /// the contents: see Verify. Errors: not_found/segment_missing, data_loss/segment_damaged,
  /// unimplemented/segment_newer, internal/segment_unreadable.
  static Result<Index> Open(const std::string& path, Residence residence = Residence::kMapped);
  static Result<Index> OpenWith(const Kernels& kernels, const std::string& path,
                                Residence residence = Residence::kMapped);

  /// Takes the bytes of a file in order, in pieces.
  using ByteSink = std::function<Status(std::string_view)>;
  Status WriteTo(const ByteSink& sink) const;

  /// Errors: CheckVectors' of the query, invalid_argument/{dimensions_differ, search_option_out_of_range},
  /// data_loss/segment_damaged when a neighbour or an entry is no row. Those of `cancel` on a long scan.
  Result<Answer> Search(std::span<const float> query, const SearchOptions& options, const CancelToken& cancel,
                        SearchMemory* memory) const;

  /// Search for every row of `queries`; answers in their order, the same as one by one. Exact ones share what
  /// they read: a code that is in the cache is compared with several queries. `threads`: 1 to 256. Errors:
  /// Search's; invalid_argument/search_option_out_of_range.
  Result<std::vector<Answer>> SearchBatch(const Matrix& queries, const SearchOptions& options, size_t threads,
                                          const CancelToken& cancel) const;

  /// Compares the checksum of every section: reads the whole file. Errors: data_loss/segment_damaged; those
  /// of `cancel`.
  Status Verify(const CancelToken& cancel) const;

  /// Which rows lie together. Reads the graph once: for those who count what is deleted where, not for
  /// searches. Errors: data_loss/segment_damaged.
  Result<RegionMap> Regions() const;

  size_t rows() const;
  size_t dimensions() const;
  Metric metric() const;
  /// Those of the build, with the code it chose; `threads` is 1 in an opened index.
  const BuildOptions& options() const;
  std::span<const uint64_t> ids() const;
  Matrix vectors() const;  ///< As they were given.
  /// Of all that a search may read: vectors, codes, graph and entries, wherever they lie.
  size_t memory_bytes() const;
  /// SHA-256, in hex, of graph, entries and codes: equal for equal vectors and options, whatever built it.
  std::string Digest() const;

 private:
  struct Parts;
  explicit Index(std::shared_ptr<const Parts> parts);
  std::shared_ptr<const Parts> parts_;
};

}  // namespace lake::ann
