#include "entry_set.h"

#include <algorithm>
#include <cmath>

#include "nearest_leaders.h"

namespace lake::ann {
namespace {

/// Heads whose groups are scanned.
constexpr size_t kOpenedGroups = 6;

/// So that as many heads are scanned as others.
size_t CountHeads(size_t entries) {
  const auto count = static_cast<size_t>(std::sqrt(static_cast<double>(entries * kOpenedGroups)));
  return std::min(count, entries);
}

/// The nearest few of what is offered, the nearest first.
template <size_t kFew>
class Nearest {
 public:
  void Offer(Candidate candidate) {
    if (count_ == kFew && !(candidate < nearest_.back())) return;
    if (count_ < kFew) ++count_;
    size_t at = count_ - 1;
    for (; at > 0 && candidate < nearest_[at - 1]; --at) nearest_[at] = nearest_[at - 1];
    nearest_[at] = candidate;
  }
  std::span<const Candidate> found() const { return {nearest_.data(), count_}; }

 private:
  std::array<Candidate, kFew> nearest_;
  size_t count_ = 0;
};

}  // namespace

Starts Entries::Nearest(const Origin& origin) const {
  ann::Nearest<kOpenedGroups> opened;
  ann::Nearest<kStarts> nearest;
  const auto distance = [&](size_t entry) {
    return coded.Distance(origin, Code::kInt4, static_cast<uint32_t>(entry));
  };
  for (size_t head = 0; head < heads(); ++head) {
    const float to_head = distance(head);
    opened.Offer({to_head, static_cast<uint32_t>(head)});
    nearest.Offer({to_head, rows[head]});
  }
  Starts starts = {.compared = heads()};
  for (const Candidate& head : opened.found()) {
    for (size_t e = group_begin(head.row); e < group_ends[head.row]; ++e)
      nearest.Offer({distance(e), rows[e]});
    starts.compared += group_ends[head.row] - group_begin(head.row);
  }
  for (const Candidate& start : nearest.found()) starts.row[starts.count++] = start.row;
  return starts;
}

EntrySet::EntrySet(const CodedRows& rows, std::span<const uint32_t> sample) : space_(rows.space) {
  if (sample.empty()) return;
  const std::span<const uint32_t> heads = sample.first(CountHeads(sample.size()));
  const std::span<const uint32_t> others = sample.subspan(heads.size());
  const LeaderList leaders(rows, Code::kInt4, heads);
  std::vector<std::vector<uint32_t>> groups(heads.size());
  std::vector<uint32_t> nearest(others.size());
  leaders.FindNearest(rows, Code::kInt4, others, nearest.data());
  for (size_t i = 0; i < others.size(); ++i) groups[nearest[i]].push_back(others[i]);
  for (const uint32_t head : heads) Add(rows, head);
  for (const std::vector<uint32_t>& group : groups) {
    for (const uint32_t row : group) Add(rows, row);
    group_ends_.push_back(static_cast<uint32_t>(rows_.size()));
  }
}

void EntrySet::Add(const CodedRows& rows, uint32_t row) {
  const uint8_t* high = rows.high + row * space_->half_bytes();
  rows_.push_back(row);
  high_.insert(high_.end(), high, high + space_->half_bytes());
  terms_.push_back(rows.terms[row]);
}

Entries EntrySet::view() const {
  return {.rows = rows_,
          .group_ends = group_ends_,
          .coded = {.space = space_,
                    .high = high_.data(),
                    .low = nullptr,
                    .terms = terms_.data(),
                    .vectors = nullptr,
                    .count = rows_.size()}};
}

}  // namespace lake::ann
