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

void ExactScan::Offer(const CodedRows& rows, const QueryCode& code, std::span<const uint32_t> some,
                      size_t k) {
  std::array<float, kMaxRowsAtOnce> distances;
  CodeDistances(rows, code.code.data(), code.terms)(some, distances.data());
  scanned_ += some.size();
  for (size_t i = 0; i < some.size(); ++i) {
    const float error = CodeSpace::ErrorBound(code.terms, rows.terms[some[i]]);
    const bool full = nearest_at_most_.size() == k;
    if (full && distances[i] - error > nearest_at_most_.front()) continue;
    possible_.push_back({distances[i] - error, some[i]});
    if (full && distances[i] + error >= nearest_at_most_.front()) continue;
    if (full) {
      std::ranges::pop_heap(nearest_at_most_);
      nearest_at_most_.pop_back();
    }
    nearest_at_most_.push_back(distances[i] + error);
    std::ranges::push_heap(nearest_at_most_);
  }
}

Status ExactScan::Find(const CodedRows& rows, const Matrix& vectors, const float* query,
                       const QueryCode& code, size_t k, const RowSet* filter, const CancelToken& cancel,
                       std::vector<Candidate>* found) {
  nearest_at_most_.clear();
  possible_.clear();
  scanned_ = 0;
  Group group;
  bool cancelled = false;
  const auto add = [&](uint32_t row) {
    if (cancelled) return;
    group.Add(row);
    if (!group.full()) return;
    Offer(rows, code, group.Take(), k);
    if (scanned_ % kRowsBetweenChecks == 0) cancelled = cancel.cancelled();
  };
  if (filter != nullptr) {
    filter->ForEach(add);
  } else {
    for (size_t row = 0; row < rows.count; ++row) add(static_cast<uint32_t>(row));
  }
  if (cancelled) return cancel.error();
  Offer(rows, code, group.Take(), k);

  const float limit =
      nearest_at_most_.size() == k ? nearest_at_most_.front() : std::numeric_limits<float>::max();
  std::erase_if(possible_, [&](const Candidate& row) { return row.distance > limit; });
  compared_ = possible_.size();
  found->clear();
  for (const Candidate& row : possible_)
    found->push_back(
        {rows.space->Distance(query, code.terms, vectors.row(row.row), rows.terms[row.row]), row.row});
  const size_t count = std::min(k, found->size());
  std::ranges::partial_sort(*found, found->begin() + static_cast<std::ptrdiff_t>(count), std::less<>());
  found->resize(count);
  return {};
}

}  // namespace lake::ann
