// Where walks begin: a sample of the rows in groups, each with a head. The heads are scanned, then the groups
// of the nearest few; the nearest entries met are the starts. It does what the upper layers of HNSW do, for
// less ("Down with the hierarchy", arXiv 2412.01940). Entries have to be many: a walk that starts among the
// wrong rows finds the right ones late, or, in a set of many small crowds, never.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "coded_rows.h"

namespace lake::ann {

/// How many of the nearest entries a walk starts from.
inline constexpr size_t kStarts = 4;

struct Starts {
  std::array<uint32_t, kStarts> row = {};
  size_t count = 0;
  size_t compared = 0;  ///< Entries whose distance was computed.
  std::span<const uint32_t> rows() const { return {row.data(), count}; }
};

struct Entries {
  /// Entry e is this row: first the heads, then the others, those of a group side by side.
  std::span<const uint32_t> rows;
  /// Of each head the entry behind the last of its group. The first group begins behind the heads, each other
  /// where the one before ends.
  std::span<const uint32_t> group_ends;
  CodedRows coded;  ///< Entry e has these high halves: copies, side by side.

  size_t heads() const { return group_ends.size(); }
  size_t group_begin(size_t head) const { return head == 0 ? heads() : group_ends[head - 1]; }
  /// The nearest entries to a point, the nearest first.
  Starts Nearest(const Origin& origin) const;
};

/// Entries in memory of their own.
class EntrySet {
 public:
  EntrySet(const CodedRows& rows, std::span<const uint32_t> sample);
  Entries view() const;

 private:
  void Add(const CodedRows& rows, uint32_t row);

  const CodeSpace* space_;
  std::vector<uint32_t> rows_;
  std::vector<uint32_t> group_ends_;
  std::vector<uint8_t> high_;
  std::vector<CodeTerms> terms_;
};

}  // namespace lake::ann
