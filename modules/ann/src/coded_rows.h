// Rows with their codes, as builders and searches read them: borrowed from a build in memory or from a mapped
// segment.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "code_space.h"
#include "lake/ann/code.h"

namespace lake::ann {

/// A row and how far it is. Smaller distances first, then smaller rows: no order is ever left to chance.
struct Candidate {
  float distance;
  uint32_t row;

  bool operator==(const Candidate&) const = default;
  friend bool operator<(const Candidate& a, const Candidate& b) {
    return a.distance < b.distance || (a.distance == b.distance && a.row < b.row);
  }
};

/// Rows whose distances are asked for at once, at most.
inline constexpr size_t kMaxRowsAtOnce = 128;

struct CodedRows {
  const CodeSpace* space = nullptr;
  const uint8_t* high = nullptr;  ///< Row r's high halves begin at high + r * space->half_bytes(), …
  const uint8_t* low = nullptr;   ///< … its low ones there. Null where only kInt4 is asked for.
  const CodeTerms* terms = nullptr;
  const float* vectors = nullptr;  ///< Null where kF32 is not asked for.
  size_t count = 0;

  /// A row as the point that distances by `code` are measured from.
  void SetOrigin(uint32_t row, Code code, Origin* origin) const;
  /// The squared distance, by `code`, of the origin's point to a row's.
  float Distance(const Origin& origin, Code code, uint32_t row) const;
  /// distances[i] is that to of[i]; at most kMaxRowsAtOnce. Fetches ahead.
  void Distances(const Origin& origin, Code code, std::span<const uint32_t> of, float* distances) const;
  /// The metric's own distance of a query to a row, from their f32.
  float MetricDistance(const Origin& query, uint32_t row) const {
    return space->Distance(query, vector_of(row), terms[row]);
  }
  /// Fetches what MetricDistance and kF32 read.
  void FetchVector(uint32_t row) const;
  /// Fetches what SetOrigin and Distance read by `code`.
  void Fetch(uint32_t row, Code code) const;
  const uint8_t* high_of(size_t row) const { return high + row * space->half_bytes(); }
  const float* vector_of(size_t row) const { return vectors + row * space->dimensions(); }

 private:
  const uint8_t* low_of(size_t row) const { return low + row * space->half_bytes(); }
};

}  // namespace lake::ann
