#include "sql_completion.h"

#include <algorithm>
#include <array>
#include <set>
#include <span>

#include "lake/common/fold.h"
#include "sql_keywords.h"
#include "sql_text.h"

namespace lake::app {
namespace {

using Kind = SqlToken::Kind;

constexpr std::array<std::string_view, 11> kClauses = {
    "SELECT", "FROM", "JOIN", "WHERE", "GROUP", "ORDER", "HAVING", "QUALIFY", "LIMIT", "USING", "ON"};

bool IsName(const SqlToken& token) { return token.kind == Kind::kWord || token.kind == Kind::kQuotedName; }
bool IsWord(const SqlToken& token, std::string_view folded) {
  return token.kind == Kind::kWord && Fold(token.text) == Fold(folded);
}
bool IsAnyOf(const SqlToken& token, std::span<const std::string_view> words) {
  return std::ranges::any_of(words, [&](std::string_view word) { return IsWord(token, word); });
}
bool IsSymbol(const SqlToken& token, char symbol) {
  return token.kind == Kind::kSymbol && token.text.front() == symbol;
}

/// A dataset that the statement reads, and what it calls it.
struct Source {
  std::string dataset;
  std::string alias;
};

/// Behind FROM, JOIN and commas of a FROM: name [AS] [alias].
std::vector<Source> SourcesOf(const std::vector<SqlToken>& tokens) {
  std::vector<Source> sources;
  bool in_from = false;
  for (size_t i = 0; i + 1 < tokens.size(); ++i) {
    if (IsAnyOf(tokens[i], kClauses)) in_from = IsWord(tokens[i], "FROM") || IsWord(tokens[i], "JOIN");
    const bool before_source =
        in_from && (IsWord(tokens[i], "FROM") || IsWord(tokens[i], "JOIN") || IsSymbol(tokens[i], ','));
    if (!before_source || !IsName(tokens[i + 1])) continue;
    Source source{.dataset = UnquoteName(tokens[i + 1].text), .alias = {}};
    size_t next = i + 2;
    if (next < tokens.size() && IsWord(tokens[next], "AS")) ++next;
    const bool named = next < tokens.size() && IsName(tokens[next]) && !IsAnyOf(tokens[next], SqlKeywords());
    source.alias = named ? UnquoteName(tokens[next].text) : source.dataset;
    sources.push_back(std::move(source));
  }
  return sources;
}

bool WantsDataset(const std::vector<SqlToken>& before) {
  if (before.empty()) return false;
  const SqlToken& last = before.back();
  if (IsWord(last, "FROM") || IsWord(last, "JOIN")) return true;
  if (!IsSymbol(last, ',')) return false;
  const auto clause = std::find_if(before.rbegin(), before.rend(),
                                   [](const auto& token) { return IsAnyOf(token, kClauses); });
  return clause != before.rend() && (IsWord(*clause, "FROM") || IsWord(*clause, "JOIN"));
}

/// The word under the cursor and what it may become.
class Offer {
 public:
  explicit Offer(std::string_view typed) : typed_(typed), start_(Fold(UnquoteName(typed))) {}

  void Add(const std::vector<std::string>& names) {
    for (const std::string& name : names)
      if (Fold(name).starts_with(start_))
        found_.insert(typed_.starts_with('"') ? "\"" + name + "\"" : QuoteName(name));
  }
  /// In the case that the person writes.
  void AddKeywords() {
    const bool lower = !typed_.empty() && typed_.front() >= 'a' && typed_.front() <= 'z';
    for (const std::string_view keyword : SqlKeywords()) {
      const std::string folded = Fold(keyword);
      if (!typed_.empty() && !typed_.starts_with('"') && folded.starts_with(start_))
        found_.insert(lower ? folded : std::string(keyword));
    }
  }
  Completion Take() && { return {.replaced = typed_.size(), .candidates = {found_.begin(), found_.end()}}; }

 private:
  std::string_view typed_;
  std::string start_;
  std::set<std::string> found_;
};

/// From the first token of the statement that the end of `before` is in.
std::vector<SqlToken> LastStatement(std::vector<SqlToken> tokens) {
  const auto end =
      std::find_if(tokens.rbegin(), tokens.rend(), [](const auto& token) { return IsSymbol(token, ';'); });
  tokens.erase(tokens.begin(), end.base());
  return tokens;
}

}  // namespace

Completion CompleteSql(std::string_view before, std::string_view after, CatalogNames& names) {
  std::vector<SqlToken> left = LastStatement(SqlTokens(before));
  std::string_view typed;
  const bool in_word = !left.empty() && left.back().offset + left.back().text.size() == before.size();
  if (in_word && left.back().kind == Kind::kOpen) {
    if (!left.back().text.starts_with('"')) return {};
    typed = left.back().text;
    left.pop_back();
  } else if (in_word && left.back().kind == Kind::kWord) {
    typed = left.back().text;
    left.pop_back();
  }
  Offer offer(typed);
  if (WantsDataset(left)) {
    offer.Add(names.Datasets());
    if (!typed.empty()) offer.Add({SqlSearches().begin(), SqlSearches().end()});
    return std::move(offer).Take();
  }
  std::vector<SqlToken> all = left;
  std::ranges::move(SqlTokens(after), std::back_inserter(all));
  const std::vector<Source> sources = SourcesOf(all);
  const bool qualified = left.size() >= 2 && IsSymbol(left.back(), '.') && IsName(left[left.size() - 2]);
  const std::string alias = qualified ? Fold(UnquoteName(left[left.size() - 2].text)) : "";
  for (const Source& source : sources) {
    if (!qualified || Fold(source.alias) == alias) offer.Add(names.Columns(source.dataset));
    if (!qualified && !typed.empty()) offer.Add({source.alias});
  }
  if (!qualified) offer.AddKeywords();
  return std::move(offer).Take();
}

Completion CompleteWord(std::string_view typed, const std::vector<std::string>& words) {
  Completion completion{.replaced = typed.size(), .candidates = {}};
  for (const std::string& word : words)
    if (Fold(word).starts_with(Fold(typed))) completion.candidates.push_back(word);
  return completion;
}

}  // namespace lake::app
