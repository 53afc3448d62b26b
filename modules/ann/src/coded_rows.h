// Rows with their codes, as builders and searches read them: borrowed from a build in memory or from a mapped
// segment.
#pragma once

#include <array>
#include <span>

#include "code_space.h"
#include "kernel_sets.h"

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
  const int8_t* codes = nullptr;  ///< Row r begins at codes + r * space->code_bytes().
  const CodeTerms* terms = nullptr;
  size_t count = 0;

  const int8_t* code(size_t row) const { return codes + row * space->code_bytes(); }

  float Distance(uint32_t a, uint32_t b) const {
    const int32_t dot = space->kernels().dot_codes(code(a), code(b), space->code_bytes());
    return space->CodeDistance(terms[a], terms[b], dot);
  }
};

/// Distances, on the scale of codes, of one point to rows.
class CodeDistances {
 public:
  CodeDistances(const CodedRows& rows, const int8_t* code, const CodeTerms& terms)
      : rows_(rows), code_(code), terms_(terms) {}

  /// distances[i] of of[i]; at most kMaxRowsAtOnce.
  void operator()(std::span<const uint32_t> of, float* distances) const {
    for (const uint32_t row : of) PrefetchBytes(rows_.terms + row, sizeof(CodeTerms));
    std::array<int32_t, kMaxRowsAtOnce> dots;
    const CodeSpace& space = *rows_.space;
    space.kernels().dot_codes_at(code_, rows_.codes, space.code_bytes(), of, dots.data());
    for (size_t i = 0; i < of.size(); ++i)
      distances[i] = space.CodeDistance(terms_, rows_.terms[of[i]], dots[i]);
  }

 private:
  const CodedRows& rows_;
  const int8_t* code_;
  const CodeTerms& terms_;
};

}  // namespace lake::ann
