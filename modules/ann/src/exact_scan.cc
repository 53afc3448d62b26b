#include "exact_scan.h"

#include <algorithm>
#include <array>
#include <limits>

namespace lake::ann {
namespace {

/// A few milliseconds of scanning.
constexpr size_t kRowsBetweenChecks = size_t{1} << 16;

/// Hands rows on in groups, so that codes are fetched ahead.
class Group {
 public:
  bool full() const { return count_ == rows_.size(); }
  void Add(uint32_t row) { rows_[count_++] = row; }
  std::span<const uint32_t> Take() { return {rows_.data(), std::exchange(count_, 0)}; }

 private:
  std::array<uint32_t, kMaxRowsAtOnce> rows_;
  size_t count_ = 0;
};

}  // namespace

void ExactScan::Sift(const Question& question, std::span<const uint32_t> some) {
  possible_some_.clear();
  std::array<float, kMaxRowsAtOnce> distances;
  question.rows.Distances(question.query, Code::kInt4, some, distances.data());
  const bool full = nearest_at_most_.size() == question.k;
  for (size_t i = 0; i < some.size(); ++i) {
    const float error = CodeSpace::ErrorBound(question.query.terms, question.rows.terms[some[i]],
                                              question.high_residuals[some[i]]);
    if (!full || !(distances[i] - error > nearest_at_most_.front())) possible_some_.push_back(some[i]);
  }
}

void ExactScan::Offer(const Question& question, std::span<const uint32_t> some) {
  scanned_ += some.size();
  Sift(question, some);
  std::array<float, kMaxRowsAtOnce> distances;
  question.rows.Distances(question.query, Code::kInt8, possible_some_, distances.data());
  for (size_t i = 0; i < possible_some_.size(); ++i) {
    const CodeTerms& terms = question.rows.terms[possible_some_[i]];
    const float error = CodeSpace::ErrorBound(question.query.terms, terms, terms.residual);
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

Status ExactScan::Find(const CodedRows& rows, const float* high_residuals, const Origin& query, size_t k,
                       const RowSet* filter, const CancelToken& cancel, std::vector<Candidate>* found) {
  const Question question = {.rows = rows, .high_residuals = high_residuals, .query = query, .k = k};
  nearest_at_most_.clear();
  possible_.clear();
  scanned_ = 0;
  Group group;
  bool cancelled = false;
  const auto add = [&](uint32_t row) {
    if (cancelled) return;
    group.Add(row);
    if (!group.full()) return;
    Offer(question, group.Take());
    if (scanned_ % kRowsBetweenChecks == 0) cancelled = cancel.cancelled();
  };
  if (filter != nullptr) {
    filter->ForEach(add);
  } else {
    for (size_t row = 0; row < rows.count; ++row) add(static_cast<uint32_t>(row));
  }
  if (cancelled) return cancel.error();
  Offer(question, group.Take());

  const float limit =
      nearest_at_most_.size() == k ? nearest_at_most_.front() : std::numeric_limits<float>::max();
  std::erase_if(possible_, [&](const Candidate& row) { return row.distance > limit; });
  compared_ = possible_.size();
  found->clear();
  for (const Candidate& row : possible_) found->push_back({rows.MetricDistance(query, row.row), row.row});
  const size_t count = std::min(k, found->size());
  std::ranges::partial_sort(*found, found->begin() + static_cast<std::ptrdiff_t>(count), std::less<>());
  found->resize(count);
  return {};
}

}  // namespace lake::ann
