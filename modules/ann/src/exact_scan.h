// The k nearest of all rows, or of those in a set, proven: a code says how far a row is and how wrong it can
// be. The high halves of all rows are read, the low ones of those that could still be among the k, and the
// f32 vectors of those that could be still after that. Little more than an eighth of the bytes of a scan of
// the f32.
#pragma once

#include <vector>

#include "coded_rows.h"
#include "lake/ann/row_set.h"
#include "lake/common/cancel.h"

namespace lake::ann {

enum class Proof {
  kCertain,
  kCertainIfCheap,  ///< Where so many rows are nearly as far that most would be compared, none.
  kLikely,          ///< Rows are left out that hardly can be among the k: one in millions is.
};

struct ScanOptions {
  const float* high_residuals = nullptr;  ///< Of the rows.
  size_t k = 10;
  Proof proof = Proof::kCertain;
  const RowSet* filter = nullptr;  ///< May be null.
};

class ExactScan {
 public:
  /// `found`, cleared first: the min(k, rows) nearest with their distances by the metric, sorted. False when
  /// a proof that had to be cheap was not. Errors: those of `cancel`.
  Result<bool> Find(const CodedRows& rows, const Origin& query, const ScanOptions& options,
                    const CancelToken& cancel, std::vector<Candidate>* found);

  uint64_t scanned() const { return scanned_; }    ///< Codes compared by the last Find.
  uint64_t compared() const { return compared_; }  ///< f32 vectors compared by it.

  /// Finds for up to kPanelCodes queries what Find finds for one, scans[q] for queries[q]; a code is read
  /// once for all. `options.proof` is not kCertainIfCheap.
  static Status FindTogether(const CodedRows& rows, std::span<const Origin> queries,
                             const ScanOptions& options, const CancelToken& cancel,
                             std::span<ExactScan> scans, std::span<std::vector<Candidate>> found);

 private:
  struct Question {
    const CodedRows& rows;
    const Origin& query;
    const ScanOptions& options;
    ErrorBound error_bound;
  };
  static Question Ask(const CodedRows& rows, const Origin& query, const ScanOptions& options);
  void Begin();
  /// `distances` are those by the high halves.
  void Offer(const Question& question, std::span<const uint32_t> some, const float* distances);
  /// Fills possible_some_ with those of `some` that the high halves cannot exclude.
  void Sift(const Question& question, std::span<const uint32_t> some, const float* distances);
  void Finish(const Question& question, std::vector<Candidate>* found);

  std::vector<float> nearest_at_most_;  ///< A heap: the k smallest of what distances are at most.
  std::vector<uint32_t> possible_some_;
  std::vector<Candidate> possible_;  ///< Rows with what their distance is at least.
  uint64_t scanned_ = 0;
  uint64_t sifted_ = 0;  ///< Of them, rows compared by both halves.
  uint64_t compared_ = 0;
};

}  // namespace lake::ann
