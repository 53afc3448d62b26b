#include "entry_set.h"

#include <algorithm>

namespace lake::ann {

Starts Entries::Nearest(const Origin& origin) const {
  std::array<Candidate, kStarts> best;
  size_t count = 0;
  for (size_t e = 0; e < rows.size(); ++e) {
    const Candidate entry = {coded.Distance(origin, Code::kInt4, static_cast<uint32_t>(e)), rows[e]};
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
  high_.reserve(rows_.size() * space_->half_bytes());
  for (const uint32_t row : rows_) {
    const uint8_t* high = rows.high + row * space_->half_bytes();
    high_.insert(high_.end(), high, high + space_->half_bytes());
    terms_.push_back(rows.terms[row]);
  }
}

Entries EntrySet::view() const {
  return {.rows = rows_,
          .coded = {.space = space_,
                    .high = high_.data(),
                    .low = nullptr,
                    .terms = terms_.data(),
                    .vectors = nullptr,
                    .count = rows_.size()}};
}

}  // namespace lake::ann
