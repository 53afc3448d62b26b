// A glance at codes: the first line of each, of 128 elements, tells most rows that are too far for a walk
// without fetching the others. Points are turned (rotation.h), so any 128 of their elements show a random
// part of the distance.
#pragma once

#include <span>

#include "coded_rows.h"

namespace lake::ann {

class Glance {
 public:
  /// From `origin`, at codes of kInt4; both are borrowed. Where codes have so few lines that a glance saves
  /// none, and for other codes, everything is worth a look.
  Glance(const CodedRows& rows, Code code, const Origin& origin);

  /// Moves those of `some` (at most kMaxRowsAtOnce) that may be no farther than `limit` to the front, in
  /// their order: how many. Of rows as far as that it takes one of fifteen for farther, by chance.
  size_t Keep(float limit, std::span<uint32_t> some) const;

 private:
  bool MayBeWithin(float limit, const CodeTerms& terms, const LineSums& sums) const;

  const CodedRows& rows_;
  const Origin& origin_;
  bool worth_it_;
  float share_;        ///< The whole squared distance for that of the line, on average.
  float spare_;        ///< A row is too far where it seems farther than this times the limit.
  float squares_ = 0;  ///< Of the origin's elements in the line, on the points' scale.
  float sum_ = 0;      ///< Of the origin's elements in the line, in steps.
};

}  // namespace lake::ann
