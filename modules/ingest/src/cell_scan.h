// One fast look at every cell of a CSV file before it is read. Types come from a sample; what the rest of the
// file would lose by them, a reader passes over in silence: 00123 becomes 123, 1.5 becomes 2, a date forgets
// the time of day, and an open quote swallows all the rows behind it.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "lake/common/context.h"
#include "lake/common/result.h"
#include "lake/engine/engine.h"

namespace lake::ingest {

/// What to look for in one column of the file.
struct CellRule {
  enum class Kind {
    kText,
    kNumber,
    kDate,
    kTime,
    kTimestamp,
    kTimestampWithZone,
    kOther
  } kind = Kind::kOther;
  /// Digits after the point that the column keeps.
  uint32_t kept_fraction = 0;

  static constexpr uint32_t kEveryDigit = UINT32_MAX;  ///< DOUBLE and FLOAT.
};

/// Ways a value can be written that the type of its column does not give back.
enum class Loss {
  kName,          ///< 00123, +4915112345678.
  kFraction,      ///< 1.5 in a column of whole numbers, 1.005 in one of two digits.
  kLongWhole,     ///< Beyond ±2^53, where DOUBLE rounds.
  kBeyondBigint,  ///< No integer column holds it.
  kTimeOfDay,     ///< 2024-01-02 10:00:00 in a column of dates.
  kOffset,        ///< 2024-01-02 10:00:00+02 in a column of dates or of times without a zone.
  kPartOfTime,    ///< Digits beyond microseconds; in a column of times of day a date or an offset.
};
inline constexpr size_t kLosses = 7;

/// The first cell of a kind.
struct CellExample {
  uint64_t line = 0;  ///< 1-based, as an editor counts; 0 when there is none.
  std::string text;   ///< The start of it.
};

struct ColumnFacts {
  std::array<CellExample, kLosses> losses;
  bool quoted_empty = false;    ///< There is a cell "".
  bool unquoted_empty = false;  ///< There is a cell with nothing in it.

  const CellExample* Find(Loss loss) const {
    const CellExample& example = losses[static_cast<size_t>(loss)];
    return example.line > 0 ? &example : nullptr;
  }
};

/// Reads the file once, in constant memory, and stops behind the piece that reaches `most_bytes`. One rule
/// and one result for each column of the dialect. Errors: invalid_argument/unterminated_quote with the line
/// where it opens; those of the store; cancelled.
Result<std::vector<ColumnFacts>> ScanCells(const Context& context, const engine::ScanFile& file,
                                           const engine::CsvDialect& dialect,
                                           const std::vector<CellRule>& rules,
                                           uint64_t most_bytes = UINT64_MAX);

}  // namespace lake::ingest
