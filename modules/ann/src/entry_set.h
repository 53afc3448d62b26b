// Where walks begin: a sample of the rows, scanned one after another in memory, whose nearest few are the
// starts. It does what the upper layers of HNSW do, for less ("Down with the hierarchy", arXiv 2412.01940).
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
  std::span<const uint32_t> rows() const { return {row.data(), count}; }
};

struct Entries {
  std::span<const uint32_t> rows;  ///< Entry e is this row.
  CodedRows coded;                 ///< Entry e has these high halves: copies, side by side.

  /// The nearest entries to a point, the nearest first.
  Starts Nearest(const Origin& origin) const;
};

/// Entries in memory of their own.
class EntrySet {
 public:
  EntrySet(const CodedRows& rows, std::span<const uint32_t> sample);
  Entries view() const;

 private:
  const CodeSpace* space_;
  std::vector<uint32_t> rows_;
  std::vector<uint8_t> high_;
  std::vector<CodeTerms> terms_;
};

}  // namespace lake::ann
