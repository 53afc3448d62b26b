// Statements that try to get at files: the shapes and the hostile ones, cut up and put together again at
// random, with names of files in every place where one could stand. The same seed gives the same statements.
#pragma once

#include <algorithm>
#include <cctype>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace lake::query {

struct MutatorWords {
  std::vector<std::string> seeds;   ///< Statements to begin with.
  std::vector<std::string> tables;  ///< Names of datasets, whoever may read them.
  std::vector<std::string> paths;   ///< Files and what is spelled like one.
};

class StatementMutator {
 public:
  StatementMutator(MutatorWords words, uint32_t seed) : words_(std::move(words)), random_(seed) {}

  std::string Next() {
    std::string sql = Of(words_.seeds);
    for (size_t i = Below(3); i > 0; --i) sql = Mutated(sql);
    return sql;
  }

 private:
  using Tokens = std::vector<std::string>;

  size_t Below(size_t bound) { return std::uniform_int_distribution<size_t>(0, bound - 1)(random_); }
  const std::string& Of(const std::vector<std::string>& choices) { return choices[Below(choices.size())]; }
  template <size_t N>
  std::string Of(const char* const (&choices)[N]) {
    return choices[Below(N)];
  }

  static bool IsWordCharacter(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

  /// Where the token that begins at `begin` ends.
  static size_t EndOfToken(const std::string& sql, size_t begin) {
    const char first = sql[begin];
    if (first == '\'' || first == '"') {
      const size_t end = sql.find(first, begin + 1);
      return end == std::string::npos ? sql.size() : end + 1;
    }
    if (!IsWordCharacter(first)) {
      for (const std::string_view pair : {"::", "->", "=>", "||", "<>", ">=", "<=", ":=", "$$"})
        if (sql.compare(begin, 2, pair) == 0) return begin + 2;
      return begin + 1;
    }
    size_t end = begin;
    while (end < sql.size() && IsWordCharacter(sql[end])) ++end;
    return end;
  }

  static Tokens Cut(const std::string& sql) {
    Tokens tokens;
    for (size_t at = 0; at < sql.size();) {
      const size_t end = EndOfToken(sql, at);
      if (sql[at] != ' ') tokens.push_back(sql.substr(at, end - at));
      at = end;
    }
    return tokens;
  }

  static std::string Join(const Tokens& tokens) {
    std::string sql;
    for (const std::string& token : tokens) {
      const bool tight = token == "." || (!sql.empty() && sql.back() == '.');
      sql += (sql.empty() || tight ? "" : " ") + token;
    }
    return sql;
  }

  std::string PathText() { return "'" + Of(words_.paths) + "'"; }

  /// What can stand after FROM.
  std::string Source() {
    switch (Below(11)) {
      case 0:
      case 1:
      case 2:
        return Of(words_.tables);
      case 3:
        return "\"" + Of(words_.tables) + "\"";
      case 4:
        return Of({"main.", "memory.", "memory.main.", "system.", "primary.", "data."}) + Of(words_.tables);
      case 5:
        return PathText();
      case 6:
        return "\"" + Of(words_.paths) + "\"";
      case 7:
        return Of({"query('FROM ", "query_table('", "query('SELECT * FROM "}) + Of(words_.tables) + "')";
      case 8:
        return "find_people(" + PathText() + ")";
      case 9:
        return TableFunction() + "([" + PathText() + "])";
      default:
        return TableFunction() + "(" + PathText() + ")";
    }
  }

  std::string TableFunction() {
    return Of({"read_parquet",
               "parquet_scan",
               "read_text",
               "read_blob",
               "read_csv",
               "read_csv_auto",
               "sniff_csv",
               "read_json",
               "read_json_auto",
               "read_ndjson_objects",
               "glob",
               "parquet_metadata",
               "parquet_schema",
               "parquet_file_metadata",
               "parquet_kv_metadata",
               "read_duckdb",
               "range",
               "lake_values",
               "main.read_parquet",
               "\"read_text\"",
               "READ_PARQUET"});
  }

  std::string Mutated(const std::string& sql) {
    if (Below(2) == 0) return Wrapped(sql);
    Tokens tokens = Cut(sql);
    if (tokens.empty()) return Of(words_.seeds);
    switch (Below(12)) {
      case 0:
        std::swap(tokens[Below(tokens.size())], tokens[Below(tokens.size())]);
        break;
      case 1:
        tokens.insert(tokens.begin() + static_cast<ptrdiff_t>(Below(tokens.size())),
                      tokens[Below(tokens.size())]);
        break;
      case 2:
        tokens.erase(tokens.begin() + static_cast<ptrdiff_t>(Below(tokens.size())));
        break;
      case 3:
        tokens.insert(tokens.begin() + static_cast<ptrdiff_t>(Below(tokens.size())), Any());
        break;
      case 4:
        ReplaceTextByPath(tokens);
        break;
      case 5:
        ReplaceFunction(tokens);
        break;
      case 6:
        Reword(tokens[Below(tokens.size())]);
        break;
      default:
        ReplaceSource(tokens);
    }
    return Join(tokens);
  }

  std::string Any() {
    switch (Below(4)) {
      case 0:
        return Source();
      case 1:
        return PathText();
      case 2:
        return Of({"FROM", "JOIN", "UNION ALL", "LATERAL", "WHERE", ",", "(", ")", "*", "AS", "NOT", ";"});
      default: {
        const Tokens other = Cut(Of(words_.seeds));
        return other.empty() ? "x" : other[Below(other.size())];
      }
    }
  }

  static bool IsWord(std::string token, std::string_view word) {
    std::ranges::transform(token, token.begin(), [](unsigned char c) { return std::toupper(c); });
    return token == word;
  }

  /// What follows a FROM or a JOIN.
  void ReplaceSource(Tokens& tokens) {
    std::vector<size_t> sources;
    for (size_t i = 1; i < tokens.size(); ++i)
      if (IsWord(tokens[i - 1], "FROM") || IsWord(tokens[i - 1], "JOIN")) sources.push_back(i);
    if (!sources.empty()) tokens[sources[Below(sources.size())]] = Source();
  }

  void ReplaceTextByPath(Tokens& tokens) {
    std::vector<size_t> texts;
    for (size_t i = 0; i < tokens.size(); ++i)
      if (tokens[i].front() == '\'') texts.push_back(i);
    if (texts.empty()) return ReplaceSource(tokens);
    tokens[texts[Below(texts.size())]] = PathText();
  }

  void ReplaceFunction(Tokens& tokens) {
    std::vector<size_t> functions;
    for (size_t i = 1; i < tokens.size(); ++i)
      if (tokens[i] == "(" && IsWordCharacter(tokens[i - 1].front())) functions.push_back(i - 1);
    if (functions.empty()) return ReplaceSource(tokens);
    tokens[functions[Below(functions.size())]] = TableFunction();
  }

  void Reword(std::string& token) {
    if (!IsWordCharacter(token.front())) return;
    if (Below(2) == 0) {
      token = "\"" + token + "\"";
    } else {
      for (char& c : token) c = static_cast<char>(Below(2) == 0 ? std::toupper(c) : std::tolower(c));
    }
  }

  std::string Wrapped(const std::string& sql) {
    switch (Below(9)) {
      case 0:
        return "SELECT * FROM (" + sql + ") AS w";
      case 1:
        return "WITH w AS (" + sql + ") SELECT * FROM w";
      case 2:
        return "WITH " + Of(words_.tables) + " AS (" + sql + ") SELECT * FROM " + Source();
      case 3:
        return "SELECT (SELECT count(*) FROM (" + sql + ")), (SELECT count(*) FROM " + Source() + ")";
      case 4:
        return "SELECT * FROM " + Source() + " WHERE EXISTS (" + sql + ")";
      case 5:
        return "(" + sql + ") UNION ALL BY NAME (SELECT * FROM " + Source() + ")";
      case 6:
        return "SELECT * FROM " + Source() + " AS o, LATERAL (" + sql + ") AS w";
      case 7:
        return "DESCRIBE " + sql;
      default:
        return "SELECT count(*) FROM (SUMMARIZE " + sql + ")";
    }
  }

  const MutatorWords words_;
  std::mt19937 random_;
};

}  // namespace lake::query
