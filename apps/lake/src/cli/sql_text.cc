#include "sql_text.h"

#include <algorithm>

namespace lake::app {
namespace {

using Kind = SqlToken::Kind;

bool IsBlank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool StartsWord(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}
bool ContinuesWord(char c) { return StartsWord(c) || c == '$'; }

class Scanner {
 public:
  explicit Scanner(std::string_view sql) : sql_(sql) {}

  std::vector<SqlToken> Scan() {
    while (at_ < sql_.size()) ScanOne();
    return std::move(tokens_);
  }

 private:
  char Peek(size_t ahead) const { return at_ + ahead < sql_.size() ? sql_[at_ + ahead] : '\0'; }

  void ScanOne() {
    const char c = sql_[at_];
    if (IsBlank(c)) {
      ++at_;
    } else if (c == '-' && Peek(1) == '-') {
      at_ = std::min(sql_.find('\n', at_), sql_.size());
    } else if (c == '/' && Peek(1) == '*') {
      ScanComment();
    } else if (c == '\'') {
      Push(Kind::kString, QuoteEnd(at_, '\''));
    } else if ((c == 'e' || c == 'E') && Peek(1) == '\'') {
      Push(Kind::kString, EscapedEnd(at_ + 1));
    } else if (c == '"') {
      Push(Kind::kQuotedName, QuoteEnd(at_, '"'));
    } else if (c == '$' && !(Peek(1) >= '0' && Peek(1) <= '9')) {
      ScanDollar();
    } else if (StartsWord(c)) {
      size_t end = at_;
      while (end < sql_.size() && ContinuesWord(sql_[end])) ++end;
      Push(Kind::kWord, end);
    } else {
      Push(Kind::kSymbol, at_ + 1);
    }
  }

  /// npos as the end: it has none.
  void Push(Kind kind, size_t end) {
    const size_t stop = std::min(end, sql_.size());
    tokens_.push_back({.kind = end == std::string_view::npos ? Kind::kOpen : kind,
                       .offset = at_,
                       .text = sql_.substr(at_, stop - at_)});
    at_ = stop;
  }

  /// Comments nest, as in PostgreSQL.
  void ScanComment() {
    size_t depth = 0;
    size_t end = at_;
    do {
      const std::string_view rest = sql_.substr(end);
      if (rest.empty()) return Push(Kind::kOpen, std::string_view::npos);
      if (rest.starts_with("/*")) ++depth;
      if (rest.starts_with("*/")) --depth;
      end += rest.starts_with("/*") || rest.starts_with("*/") ? 2 : 1;
    } while (depth > 0);
    at_ = end;
  }

  size_t QuoteEnd(size_t start, char quote) const {
    for (size_t end = start + 1; end < sql_.size(); ++end) {
      if (sql_[end] != quote) continue;
      if (end + 1 == sql_.size() || sql_[end + 1] != quote) return end + 1;
      ++end;
    }
    return std::string_view::npos;
  }

  size_t EscapedEnd(size_t start) const {
    for (size_t end = start + 1; end < sql_.size(); ++end) {
      if (sql_[end] == '\\')
        ++end;
      else if (sql_[end] == '\'')
        return end + 1;
    }
    return std::string_view::npos;
  }

  void ScanDollar() {
    size_t tag = at_ + 1;
    while (tag < sql_.size() && StartsWord(sql_[tag])) ++tag;
    if (tag == sql_.size() || sql_[tag] != '$') return Push(Kind::kSymbol, at_ + 1);
    const std::string_view mark = sql_.substr(at_, tag + 1 - at_);
    const size_t end = sql_.find(mark, tag + 1);
    Push(Kind::kString, end == std::string_view::npos ? end : end + mark.size());
  }

  std::string_view sql_;
  size_t at_ = 0;
  std::vector<SqlToken> tokens_;
};

std::string_view Trimmed(std::string_view text) {
  while (!text.empty() && IsBlank(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsBlank(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace

std::vector<SqlToken> SqlTokens(std::string_view sql) { return Scanner(sql).Scan(); }

size_t StatementEnd(std::string_view sql) {
  for (const SqlToken& token : SqlTokens(sql))
    if (token.kind == Kind::kSymbol && token.text == ";") return token.offset + 1;
  return std::string_view::npos;
}

std::vector<SqlStatement> SplitStatements(std::string_view sql) {
  std::vector<SqlStatement> statements;
  size_t start = 0;
  size_t tokens = 0;
  auto cut = [&](size_t end) {
    const std::string_view text = Trimmed(sql.substr(start, end - start));
    const auto lines = std::count(sql.data(), text.data(), '\n');
    if (tokens > 0) statements.push_back({std::string(text), static_cast<size_t>(lines) + 1});
    start = end;
    tokens = 0;
  };
  for (const SqlToken& token : SqlTokens(sql)) {
    const bool ends = token.kind == Kind::kSymbol && token.text == ";";
    if (ends)
      cut(token.offset + 1);
    else
      ++tokens;
  }
  cut(sql.size());
  return statements;
}

std::string QuoteName(std::string_view name) {
  const bool plain =
      !name.empty() && !(name[0] >= '0' && name[0] <= '9') &&
      std::ranges::all_of(name, [](char c) { return StartsWord(c) && static_cast<unsigned char>(c) < 0x80; });
  if (plain) return std::string(name);
  std::string quoted = "\"";
  for (const char c : name) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

std::string UnquoteName(std::string_view written) {
  if (!written.starts_with('"')) return std::string(written);
  std::string name;
  for (size_t i = 1; i < written.size(); ++i) {
    if (written[i] == '"') ++i;  // The second of a pair, or the end.
    if (i < written.size()) name += written[i];
  }
  return name;
}

}  // namespace lake::app
