#include "exact_scan.h"

#include <algorithm>
#include <array>
#include <limits>

#include "row_groups.h"

namespace lake::ann {
namespace {

/// A proof may compare this many rows by both halves, and this share of what it has scanned, before it is
/// too dear.
constexpr size_t kCheapRows = 1024;
constexpr size_t kCheapShare = 8;

}  // namespace

void ExactScan::Sift(const Question& question, std::span<const uint32_t> some) {
  possible_some_.clear();
  std::array<float, kMaxRowsAtOnce> distances;
  question.rows.Distances(question.query, Code::kInt4, some, distances.data());
  const bool full = nearest_at_most_.size() == question.k;
  for (size_t i = 0; i < some.size(); ++i) {
    const float error = CodeSpace::ErrorBound(question.query.terms, question.rows.terms[some[i]],
                                              question.high_residuals[some[i]], question.share);
    if (!full || !(distances[i] - error > nearest_at_most_.front())) possible_some_.push_back(some[i]);
  }
}

void ExactScan::Offer(const Question& question, std::span<const uint32_t> some) {
  scanned_ += some.size();
  Sift(question, some);
  sifted_ += possible_some_.size();
  std::array<float, kMaxRowsAtOnce> distances;
  question.rows.Distances(question.query, Code::kInt8, possible_some_, distances.data());
  for (size_t i = 0; i < possible_some_.size(); ++i) {
    const CodeTerms& terms = question.rows.terms[possible_some_[i]];
    const float error = CodeSpace::ErrorBound(question.query.terms, terms, terms.residual, question.share);
    const bool full = nearest_at_most_.size() == question.k;
    if (full && distances[i] - error > nearest_at_most_.front()) continue;
    possible_.push_back({distances[i] - error, possible_some_[i]});
    if (full && distances[i] + error >= nearest_at_most_.front()) continue;
    if (full) {
      std::ranges::pop_heap(nearest_at_most_);
      nearest_at_most_.pop_back();
    }
    nearest_at_most_.push_back(distances[i] + error);
    std::ranges::push_heap(nearest_at_most_);
  }
}

Result<bool> ExactScan::Find(const CodedRows& rows, const float* high_residuals, const Origin& query,
                             size_t k, Proof proof, const RowSet* filter, const CancelToken& cancel,
                             std::vector<Candidate>* found) {
  const Question question = {.rows = rows,
                             .high_residuals = high_residuals,
                             .query = query,
                             .k = k,
                             .share = proof == Proof::kLikely ? rows.space->LikelyShare() : 1};
  nearest_at_most_.clear();
  possible_.clear();
  scanned_ = 0;
  sifted_ = 0;
  bool too_dear = false;
  LAKE_RETURN_IF_ERROR(ForEachGroup(rows.count, filter, cancel, [&](std::span<const uint32_t> group) {
    Offer(question, group);
    too_dear = proof == Proof::kCertainIfCheap && sifted_ > k + kCheapRows + scanned_ / kCheapShare;
    return !too_dear;
  }));
  if (too_dear) return false;

  const float limit =
      nearest_at_most_.size() == k ? nearest_at_most_.front() : std::numeric_limits<float>::max();
  std::erase_if(possible_, [&](const Candidate& row) { return row.distance > limit; });
  compared_ = possible_.size();
  found->clear();
  for (const Candidate& row : possible_) found->push_back({rows.MetricDistance(query, row.row), row.row});
  const size_t count = std::min(k, found->size());
  std::ranges::partial_sort(*found, found->begin() + static_cast<std::ptrdiff_t>(count), std::less<>());
  found->resize(count);
  return true;
}

}  // namespace lake::ann
