// SQL text as far as a command line must understand it: where a statement ends, and which words are in it.
// The server alone knows the grammar.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lake::app {

struct SqlToken {
  enum class Kind {
    kWord,        ///< A keyword, a plain name or a number.
    kQuotedName,  ///< "…"
    kString,      ///< '…', E'…' or $tag$…$tag$
    kSymbol,      ///< One character.
    kOpen,        ///< A quote or comment without its end; the last token.
  };
  Kind kind;
  size_t offset;
  std::string_view text;  ///< As written, quotes included.
};

/// Blanks and finished comments are no tokens.
std::vector<SqlToken> SqlTokens(std::string_view sql);

/// Behind the semicolon that ends the first statement; npos when there is none.
size_t StatementEnd(std::string_view sql);

struct SqlStatement {
  std::string text;       ///< Without blanks around it.
  size_t first_line = 1;  ///< Of the text it was cut from.
};
/// Statements that end with semicolons, and a last one that may not. What holds no token is no statement.
std::vector<SqlStatement> SplitStatements(std::string_view sql);

/// The name as SQL takes it: quoted unless it is a plain one.
std::string QuoteName(std::string_view name);
/// The name without its quotes.
std::string UnquoteName(std::string_view written);

}  // namespace lake::app
