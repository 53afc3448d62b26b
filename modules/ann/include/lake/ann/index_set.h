// Several indexes searched as one, without the rows deleted since they were built. This is how what is built
// once takes part in change: new rows come as an index of their own (a small one has no graph and costs
// little more than its codes), deleted ones stay behind a bit, and Gather() gives the rows of the one index
// that replaces them all.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "lake/ann/index.h"

namespace lake::ann {

struct IndexMember {
  Index index;
  std::shared_ptr<const RowSet> deleted;  ///< Of index.rows() rows; null: none.
};

struct SetSearchOptions {
  size_t k = 10;
  size_t ef_search = kDefaultEfSearch;
  size_t rerank = 0;
  std::optional<Code> code;
  Precision precision = Precision::kApproximate;
  std::optional<std::span<const uint64_t>> ids;  ///< Only these may be found; ascending. None: all.
};

/// Rows on their way into one index.
struct GatheredRows {
  std::vector<float> values;
  std::vector<uint64_t> ids;  ///< Ascending.
  size_t dimensions = 0;

  Matrix matrix() const { return {.data = values.data(), .rows = ids.size(), .dimensions = dimensions}; }
};

/// Never changed: a writer makes another one, readers keep theirs. Cheap to copy.
class IndexSet {
 public:
  /// At least one member. Errors: invalid_argument/{indexes_differ (metric or dimensions),
  /// deleted_rows_differ}.
  static Result<IndexSet> Make(std::vector<IndexMember> members);

  /// As Index::Search; exact when every member's answer is. Errors: those, and
  /// invalid_argument/ids_not_ascending.
  Result<Answer> Search(std::span<const float> query, const SetSearchOptions& options,
                        const CancelToken& cancel, SearchMemory* memory) const;

  /// Copies of the rows that are not deleted, by id. Errors: failed_precondition/id_twice when two members
  /// have one.
  Result<GatheredRows> Gather() const;

  size_t rows() const;  ///< Not deleted.
  const std::vector<IndexMember>& members() const { return *members_; }

 private:
  using LiveRows = std::vector<std::optional<RowSet>>;
  IndexSet(std::shared_ptr<const std::vector<IndexMember>> members, std::shared_ptr<const LiveRows> live);
  const RowSet* live(size_t member) const;
  RowSet RowsOf(size_t member, std::span<const uint64_t> ids) const;

  std::shared_ptr<const std::vector<IndexMember>> members_;
  std::shared_ptr<const LiveRows> live_;  ///< Of each member, unless all are.
};

}  // namespace lake::ann
