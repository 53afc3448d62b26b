#include "entry_set.h"

#include <algorithm>

namespace lake::ann {

Starts Entries::Nearest(const int8_t* code, const CodeTerms& terms) const {
  const CodeSpace& space = *coded.space;
  std::array<Candidate, kStarts> best;
  size_t count = 0;
  for (size_t e = 0; e < rows.size(); ++e) {
    const int32_t dot = space.kernels().dot_codes(code, coded.code(e), space.code_bytes());
    const Candidate entry = {space.CodeDistance(terms, coded.terms[e], dot), rows[e]};
    if (count == kStarts && !(entry < best.back())) continue;
    if (count < kStarts) ++count;
    size_t at = count - 1;
    for (; at > 0 && entry < best[at - 1]; --at) best[at] = best[at - 1];
    best[at] = entry;
  }
  Starts starts;
  for (; starts.count < count; ++starts.count) starts.row[starts.count] = best[starts.count].row;
  return starts;
}

EntrySet::EntrySet(const CodedRows& rows, std::span<const uint32_t> sample)
    : space_(rows.space), rows_(sample.begin(), sample.end()) {
  codes_.reserve(rows_.size() * space_->code_bytes());
  for (const uint32_t row : rows_) {
    codes_.insert(codes_.end(), rows.code(row), rows.code(row) + space_->code_bytes());
    terms_.push_back(rows.terms[row]);
  }
}

Entries EntrySet::view() const {
  return {.rows = rows_,
          .coded = {.space = space_, .codes = codes_.data(), .terms = terms_.data(), .count = rows_.size()}};
}

}  // namespace lake::ann
