#include "cell_scan.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <span>

#include "byte_block.h"
#include "cell_ends.h"
#include "number_form.h"
#include "time_form.h"

namespace lake::ingest {
namespace {

/// Bytes looked at together. A quoted value that is longer has no end: the engine takes lines up to 2 MB.
constexpr size_t kBufferBytes = 4u << 20;
constexpr size_t kScanPieceBytes = 256u << 10;  // One read: still near when it is looked at.
constexpr size_t kExampleBytes = 40;            // Enough to recognise a number.
constexpr size_t kPlainBytes = 15;  // Numbers of so many digits fit every numeric column of 64 bits.

enum class Block { kMore, kLast };

class CellScanner {
 public:
  CellScanner(const engine::CsvDialect& dialect, const std::vector<CellRule>& rules)
      : delimiter_(dialect.delimiter),
        quote_(dialect.quote.empty() ? '"' : dialect.quote.front()),
        escape_(dialect.escape.empty() ? quote_ : dialect.escape.front()),
        comment_(dialect.comment.empty() ? '\0' : dialect.comment.front()),
        lines_to_skip_(dialect.skip_rows),
        in_header_(dialect.has_header),
        rules_(rules),
        facts_(rules.size()),
        ends_(dialect.delimiter) {}

  /// Looks at the whole cells of `bytes` and returns how many bytes they are.
  size_t Take(std::string_view bytes, Block block) {
    end_ = bytes.data() + bytes.size();
    ends_.Restart(end_);
    last_ = block == Block::kLast;
    const char* at = bytes.data();
    while (at < end_) {
      const char* next = AtLineStart() ? LineStart(at) : Cell(at);
      if (next == nullptr) break;
      at = MayBePlain() ? PlainCells(next) : next;
    }
    // The file ends behind a separator, so the last cell is an empty one.
    const bool ends_behind_separator = at == end_ && column_ > 0 && bytes.ends_with(delimiter_);
    if (last_ && ends_behind_separator && column_ < facts_.size()) facts_[column_].unquoted_empty = true;
    return static_cast<size_t>(at - bytes.data());
  }

  /// The quoted cell that Take could not finish.
  bool in_quotes() const { return in_quotes_; }
  uint64_t line() const { return line_; }
  size_t column() const { return column_; }
  std::vector<ColumnFacts> TakeFacts() { return std::move(facts_); }

 private:
  bool AtLineStart() const { return column_ == 0 && !line_begun_; }

  /// Passes over what is no cell: the second half of a line end, lines before the header, comments, empty
  /// lines.
  const char* LineStart(const char* at) {
    if (after_return_) {
      after_return_ = false;
      if (*at == '\n') return at + 1;
    }
    const bool skipped = lines_to_skip_ > 0 || (comment_ != '\0' && *at == comment_);
    if (!skipped && *at != '\n' && *at != '\r') {
      line_begun_ = true;
      return at;
    }
    const char* end = skipped ? std::find_if(at, end_, [](char c) { return c == '\n' || c == '\r'; }) : at;
    if (end == end_) return last_ ? end_ : nullptr;
    if (lines_to_skip_ > 0) --lines_to_skip_;
    return EndLine(end);
  }

  const char* EndLine(const char* at) {
    ++line_;
    column_ = 0;
    line_begun_ = false;
    after_return_ = *at == '\r';
    return at + 1;
  }

  /// What comes next is a cell, or the start of a line of cells.
  bool MayBePlain() const { return lines_to_skip_ == 0 && !in_header_ && !after_return_; }

  /// Passes over cells that need no closer look, which are nearly all: whole, without quotes, and of a form
  /// that the column keeps. Returns where the first other one begins.
  const char* PlainCells(const char* at) {
    const char* const first = at;
    size_t column = column_;
    while (HasBlock(at) && StartsPlainly(*at, column)) {
      const char* cell_end = ends_.Find(at);
      if (cell_end == nullptr || *cell_end == '\r') break;
      if (column < rules_.size() && !IsPlain({at, static_cast<size_t>(cell_end - at)}, column)) break;
      const bool is_line_end = *cell_end != delimiter_;
      column = is_line_end ? 0 : column + 1;
      line_ += is_line_end ? 1 : 0;
      at = cell_end + 1;
    }
    if (at != first) line_begun_ = column > 0;
    column_ = column;
    return at;
  }

  bool StartsPlainly(char first, size_t column) const {
    if (first == quote_ || first == ' ') return false;
    return column > 0 || (first != '\n' && first != comment_);
  }

  bool IsPlain(std::string_view cell, size_t column) {
    if (cell.empty()) {
      facts_[column].unquoted_empty = true;
      return true;
    }
    const CellRule& rule = rules_[column];
    if (rule.kind == CellRule::Kind::kText || rule.kind == CellRule::Kind::kOther) return true;
    return rule.kind == CellRule::Kind::kNumber ? IsPlainNumber(cell, rule) : IsPlainTime(cell, rule.kind);
  }

  /// What comes after the cell, or null when the cell goes on behind the bytes at hand.
  const char* Cell(const char* at) {
    // The engine takes a quote after one blank, too.
    const char* first = *at == ' ' && at + 1 < end_ && at[1] == quote_ ? at + 1 : at;
    if (*first == quote_) return QuotedCell(first + 1);
    const char* cell_end = EndOfCell(at);
    if (cell_end == nullptr) return nullptr;
    Note({at, static_cast<size_t>(cell_end - at)}, &ColumnFacts::unquoted_empty);
    return EndCell(cell_end);
  }

  const char* QuotedCell(const char* at) {
    in_quotes_ = true;
    const char* close = ClosingQuote(at);
    if (close == nullptr) return nullptr;
    in_quotes_ = false;
    const char* cell_end = EndOfCell(close + 1);
    if (cell_end == nullptr) return nullptr;
    Note({at, static_cast<size_t>(close - at)}, &ColumnFacts::quoted_empty);
    line_ += static_cast<uint64_t>(std::count(at, close, '\n'));
    return EndCell(cell_end);
  }

  const char* ClosingQuote(const char* at) {
    while (at < end_) {
      at = static_cast<const char*>(std::memchr(at, quote_, static_cast<size_t>(end_ - at)));
      if (at == nullptr) return nullptr;
      if (escape_ != quote_) {
        if (!IsEscaped(at)) return at;
        ++at;
        continue;
      }
      if (at + 1 == end_) return last_ ? at : nullptr;
      if (at[1] != quote_) return at;
      at += 2;
    }
    return nullptr;
  }

  /// An odd number of escapes in front.
  bool IsEscaped(const char* at) const {
    const char* first = at;
    while (first[-1] == escape_) --first;  // Ends at the opening quote at the latest.
    return (at - first) % 2 == 1;
  }

  const char* EndOfCell(const char* at) {
    const char* found = ends_.Find(at);
    return found == nullptr && last_ ? end_ : found;
  }
  bool HasBlock(const char* at) const { return static_cast<size_t>(end_ - at) >= ByteBlock::kBytes; }

  const char* EndCell(const char* at) {
    if (at == end_) return at;
    if (*at == delimiter_) {
      ++column_;
      return at + 1;
    }
    in_header_ = false;
    return EndLine(at);
  }

  void Note(std::string_view cell, bool ColumnFacts::* empty) {
    if (in_header_ || column_ >= rules_.size()) return;
    ColumnFacts& facts = facts_[column_];
    if (cell.empty())
      facts.*empty = true;
    else if (rules_[column_].kind == CellRule::Kind::kNumber)
      JudgeNumber(cell, &facts);
    else if (rules_[column_].kind != CellRule::Kind::kText && rules_[column_].kind != CellRule::Kind::kOther)
      JudgeTime(cell, &facts);
  }

  void JudgeTime(std::string_view cell, ColumnFacts* facts) {
    using Kind = CellRule::Kind;
    const Kind kind = rules_[column_].kind;
    if (IsPlainTime(cell, kind)) return;
    const TimeForm form = TimeFormOf(cell);
    const bool is_clock = kind == Kind::kTime;
    if (kind == Kind::kDate && form.has_time) Keep(Loss::kTimeOfDay, cell, facts);
    if ((kind == Kind::kDate || kind == Kind::kTimestamp) && form.has_offset)
      Keep(Loss::kOffset, cell, facts);
    if (form.too_fine || (is_clock && (form.has_both || form.has_offset)))
      Keep(Loss::kPartOfTime, cell, facts);
  }

  /// Nearly every cell: 2024-01-02, 10:00:00 or both, with no room for more.
  static bool IsPlainTime(std::string_view cell, CellRule::Kind kind) {
    constexpr size_t kDate = 10;
    constexpr size_t kClock = 8;
    const auto is_clock = [](std::string_view part) { return part[2] == ':' && part[5] == ':'; };
    switch (kind) {
      case CellRule::Kind::kDate:
        return cell.size() == kDate && cell[4] == '-' && cell[7] == '-';
      case CellRule::Kind::kTime:
        return cell.size() == kClock && is_clock(cell);
      default:
        return cell.size() == kDate + 1 + kClock && is_clock(cell.substr(kDate + 1));
    }
  }

  void JudgeNumber(std::string_view cell, ColumnFacts* facts) {
    if (HasBlock(cell.data()) && IsPlainNumber(cell, rules_[column_])) return;
    const NumberForm form = FormOf(cell);
    if (!form.is_number) return;
    if (form.is_name) Keep(Loss::kName, cell, facts);
    if (form.fraction_digits > rules_[column_].kept_fraction) Keep(Loss::kFraction, cell, facts);
    if (form.beyond_double) Keep(Loss::kLongWhole, cell, facts);
    if (form.beyond_bigint) Keep(Loss::kBeyondBigint, cell, facts);
  }

  /// Nearly every cell: a few digits, and a fraction where the column keeps all of it. Reads a block from the
  /// start of the cell.
  static bool IsPlainNumber(std::string_view cell, const CellRule& rule) {
    if (cell.size() > kPlainBytes) return false;
    const uint32_t digits = ByteBlock(cell.data()).Digits();
    const size_t first = cell.front() == '-' ? 1 : 0;
    if (first < cell.size() && cell[first] == '0' && first + 1 < cell.size() &&
        (digits >> (first + 1) & 1) != 0)
      return false;
    const uint32_t others = ~digits & ((1u << cell.size()) - (1u << first));
    if (others == 0) return true;
    return rule.kept_fraction == CellRule::kEveryDigit && (others & (others - 1)) == 0 &&
           cell[static_cast<size_t>(std::countr_zero(others))] == '.';
  }

  void Keep(Loss loss, std::string_view cell, ColumnFacts* facts) const {
    CellExample& example = facts->losses[static_cast<size_t>(loss)];
    if (example.line == 0) example = {line_, std::string(cell.substr(0, kExampleBytes))};
  }

  const char delimiter_;
  const char quote_;
  const char escape_;
  const char comment_;
  uint64_t lines_to_skip_;
  bool in_header_;
  const std::vector<CellRule>& rules_;
  std::vector<ColumnFacts> facts_;

  CellEnds ends_;
  const char* end_ = nullptr;
  bool last_ = false;
  bool in_quotes_ = false;
  bool line_begun_ = false;
  bool after_return_ = false;
  uint64_t line_ = 1;
  size_t column_ = 0;
};

Error Unterminated(const engine::CsvDialect& dialect, const CellScanner& scanner) {
  const std::string name = scanner.column() < dialect.columns.size()
                               ? fmt::format("column '{}'", dialect.columns[scanner.column()].name)
                               : fmt::format("cell {}", scanner.column() + 1);
  return InvalidArgument("unterminated_quote", "the quote that opens in line {}, {}, is never closed",
                         scanner.line(), name);
}

}  // namespace

Result<std::vector<ColumnFacts>> ScanCells(const Context& context, const engine::ScanFile& file,
                                           const engine::CsvDialect& dialect,
                                           const std::vector<CellRule>& rules, uint64_t most_bytes) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  LAKE_ASSIGN_OR_RETURN(auto reader, file.store->Open(context, file.key));
  CellScanner scanner(dialect, rules);
  std::vector<char> buffer(std::min<uint64_t>(kBufferBytes, reader->size() + 1));
  size_t held = 0;  // Bytes of an unfinished cell at the start of the buffer.
  for (uint64_t offset = 0;;) {
    LAKE_RETURN_IF_ERROR(context.CheckAlive());
    const size_t room = std::min(buffer.size() - held, kScanPieceBytes);
    LAKE_ASSIGN_OR_RETURN(const size_t got, reader->ReadAt(offset, std::span(buffer).subspan(held, room)));
    const Block block = got == 0 || offset + got >= reader->size() ? Block::kLast : Block::kMore;
    std::string_view bytes(buffer.data(), held + got);
    if (offset == 0 && bytes.starts_with(kByteOrderMark)) bytes.remove_prefix(kByteOrderMark.size());
    offset += got;
    const size_t taken = scanner.Take(bytes, block);
    held = bytes.size() - taken;
    if (block == Block::kLast || held == buffer.size()) {
      if (scanner.in_quotes()) return Unterminated(dialect, scanner);
      if (block == Block::kLast) return scanner.TakeFacts();
      held = 0;  // A cell too long for the engine, without quotes: it will say so.
    }
    if (offset >= most_bytes) return scanner.TakeFacts();
    std::memmove(buffer.data(), bytes.data() + taken, held);
  }
}

}  // namespace lake::ingest
