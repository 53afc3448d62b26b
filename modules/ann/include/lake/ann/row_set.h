// Which rows of an index may be found: one bit a row.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace lake::ann {

class RowSet {
 public:
  /// No row of `rows` is in it.
  explicit RowSet(size_t rows) : rows_(rows), words_((rows + 63) / 64) {}

  size_t rows() const { return rows_; }
  size_t count() const { return count_; }
  void Add(size_t row) {
    uint64_t& word = words_[row / 64];
    const uint64_t bit = uint64_t{1} << (row % 64);
    count_ += (word & bit) == 0 ? 1 : 0;
    word |= bit;
  }
  /// The rows that are not in it.
  RowSet Complement() const {
    RowSet others(rows_);
    for (size_t row = 0; row < rows_; ++row)
      if (!Contains(row)) others.Add(row);
    return others;
  }
  bool Contains(size_t row) const { return (words_[row / 64] >> (row % 64) & 1) != 0; }

  /// Calls `visit(row)` for every row in it, ascending.
  template <class Visit>
  void ForEach(const Visit& visit) const {
    for (size_t w = 0; w < words_.size(); ++w)
      for (uint64_t word = words_[w]; word != 0; word &= word - 1)
        visit(static_cast<uint32_t>(w * 64 + static_cast<size_t>(std::countr_zero(word))));
  }

 private:
  size_t rows_;
  size_t count_ = 0;
  std::vector<uint64_t> words_;
};

}  // namespace lake::ann
