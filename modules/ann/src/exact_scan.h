// The k nearest of all rows, or of those in a set, proven: the codes say how far every row is and how wrong
// they can be, and every row that could still be among the k is compared by its f32 vector. A quarter of the
// bytes of a scan of the f32.
#pragma once

#include <vector>

#include "coded_rows.h"
#include "lake/ann/row_set.h"
#include "lake/common/cancel.h"

namespace lake::ann {

class ExactScan {
 public:
  /// `found`, cleared first: the min(k, rows) nearest with their distances by the metric, sorted. `filter`
  /// may be null. Errors: those of `cancel`.
  Status Find(const CodedRows& rows, const Matrix& vectors, const float* query, const QueryCode& code,
              size_t k, const RowSet* filter, const CancelToken& cancel, std::vector<Candidate>* found);

  uint64_t scanned() const { return scanned_; }    ///< Codes compared by the last Find.
  uint64_t compared() const { return compared_; }  ///< f32 vectors compared by it.

 private:
  void Offer(const CodedRows& rows, const QueryCode& code, std::span<const uint32_t> some, size_t k);

  std::vector<float> nearest_at_most_;  ///< A heap: the k smallest of what distances are at most.
  std::vector<Candidate> possible_;     ///< Rows with what their distance is at least.
  uint64_t scanned_ = 0;
  uint64_t compared_ = 0;
};

}  // namespace lake::ann
