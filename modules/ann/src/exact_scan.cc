#include "exact_scan.h"

#include <algorithm>
#include <array>
#include <limits>

#include "code_panels.h"
#include "row_groups.h"

namespace lake::ann {
namespace {

/// A proof may compare this many rows by both halves, and this share of what it has scanned, before it is
/// too dear.
constexpr size_t kCheapRows = 1024;
constexpr size_t kCheapShare = 8;
/// Standard deviations.
constexpr float kCertainEnough = 5;

}  // namespace

ExactScan::Question ExactScan::Ask(const CodedRows& rows, const Origin& query, const ScanOptions& options) {
  return {.rows = rows,
          .query = query,
          .options = options,
          .error_bound = ErrorBound(
              query.terms, options.proof == Proof::kLikely ? rows.space->LikelyShare(kCertainEnough) : 1)};
}

void ExactScan::Begin() {
  nearest_at_most_.clear();
  possible_.clear();
  scanned_ = 0;
  sifted_ = 0;
}

void ExactScan::Sift(const Question& question, std::span<const uint32_t> some, const float* distances) {
  possible_some_.clear();
  const bool full = nearest_at_most_.size() == question.options.k;
  for (size_t i = 0; i < some.size(); ++i) {
    const float error =
        question.error_bound(question.rows.terms[some[i]], question.options.high_residuals[some[i]]);
    if (!full || !(distances[i] - error > nearest_at_most_.front())) possible_some_.push_back(some[i]);
  }
}

void ExactScan::Offer(const Question& question, std::span<const uint32_t> some, const float* by_high) {
  scanned_ += some.size();
  Sift(question, some, by_high);
  sifted_ += possible_some_.size();
  std::array<float, kMaxRowsAtOnce> distances;
  question.rows.Distances(question.query, Code::kInt8, possible_some_, distances.data());
  for (size_t i = 0; i < possible_some_.size(); ++i) {
    const CodeTerms& terms = question.rows.terms[possible_some_[i]];
    const float error = question.error_bound(terms, terms.residual);
    const bool full = nearest_at_most_.size() == question.options.k;
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

void ExactScan::Finish(const Question& question, std::vector<Candidate>* found) {
  const size_t k = question.options.k;
  const float limit =
      nearest_at_most_.size() == k ? nearest_at_most_.front() : std::numeric_limits<float>::max();
  std::erase_if(possible_, [&](const Candidate& row) { return row.distance > limit; });
  compared_ = possible_.size();
  found->clear();
  for (const Candidate& row : possible_)
    found->push_back({question.rows.MetricDistance(question.query, row.row), row.row});
  const size_t count = std::min(k, found->size());
  std::ranges::partial_sort(*found, found->begin() + static_cast<std::ptrdiff_t>(count), std::less<>());
  found->resize(count);
}

Result<bool> ExactScan::Find(const CodedRows& rows, const Origin& query, const ScanOptions& options,
                             const CancelToken& cancel, std::vector<Candidate>* found) {
  const Question question = Ask(rows, query, options);
  Begin();
  bool too_dear = false;
  LAKE_RETURN_IF_ERROR(ForEachGroup(rows.count, options.filter, cancel, [&](std::span<const uint32_t> group) {
    std::array<float, kMaxRowsAtOnce> by_high;
    rows.Distances(query, Code::kInt4, group, by_high.data());
    Offer(question, group, by_high.data());
    too_dear =
        options.proof == Proof::kCertainIfCheap && sifted_ > options.k + kCheapRows + scanned_ / kCheapShare;
    return !too_dear;
  }));
  if (too_dear) return false;
  Finish(question, found);
  return true;
}

Status ExactScan::FindTogether(const CodedRows& rows, std::span<const Origin> queries,
                               const ScanOptions& options, const CancelToken& cancel,
                               std::span<ExactScan> scans, std::span<std::vector<Candidate>> found) {
  std::vector<Question> questions;
  std::vector<const Origin*> origins;
  for (const Origin& query : queries) {
    questions.push_back(Ask(rows, query, options));
    origins.push_back(&query);
  }
  for (ExactScan& scan : scans) scan.Begin();
  OriginGroup group_of_queries;
  group_of_queries.Set(rows, Code::kInt4, origins);
  RowPanels panels;
  LAKE_RETURN_IF_ERROR(ForEachGroup(rows.count, options.filter, cancel, [&](std::span<const uint32_t> group) {
    panels.Set(rows, Code::kInt4, group);
    std::array<std::array<float, kMaxRowsAtOnce>, kPanelCodes> by_high;
    group_of_queries.Distances(rows, panels, {.first = 0, .count = panels.size()}, by_high[0].data(),
                               kMaxRowsAtOnce);
    for (size_t q = 0; q < queries.size(); ++q) scans[q].Offer(questions[q], group, by_high[q].data());
    return true;
  }));
  for (size_t q = 0; q < queries.size(); ++q) scans[q].Finish(questions[q], &found[q]);
  return {};
}

}  // namespace lake::ann
