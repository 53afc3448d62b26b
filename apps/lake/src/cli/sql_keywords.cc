#include "sql_keywords.h"

namespace lake::app {
namespace {

constexpr std::string_view kKeywords[] = {
    "ALL",       "AND",         "ANTI",      "ANY",       "AS",         "ASC",       "ASOF",      "AT",
    "BETWEEN",   "BY",          "CASE",      "CAST",      "COLLATE",    "COLUMNS",   "CROSS",     "CUBE",
    "CURRENT",   "DATE",        "DESC",      "DISTINCT",  "ELSE",       "END",       "ESCAPE",    "EXCEPT",
    "EXCLUDE",   "EXISTS",      "EXTRACT",   "FALSE",     "FILTER",     "FIRST",     "FOLLOWING", "FROM",
    "FULL",      "GROUP",       "GROUPING",  "HAVING",    "ILIKE",      "IN",        "INNER",     "INTERSECT",
    "INTERVAL",  "IS",          "JOIN",      "LAST",      "LATERAL",    "LEFT",      "LIKE",      "LIMIT",
    "NATURAL",   "NOT",         "NULL",      "NULLS",     "OFFSET",     "ON",        "OR",        "ORDER",
    "OUTER",     "OVER",        "PARTITION", "PIVOT",     "POSITIONAL", "PRECEDING", "QUALIFY",   "RANGE",
    "RECURSIVE", "REPLACE",     "RIGHT",     "ROLLUP",    "ROWS",       "SELECT",    "SEMI",      "SETS",
    "SIMILAR",   "TABLESAMPLE", "THEN",      "TIMESTAMP", "TRUE",       "UNBOUNDED", "UNION",     "UNNEST",
    "UNPIVOT",   "USING",       "VALUES",    "VERSION",   "WHEN",       "WHERE",     "WINDOW",    "WITH",
    "WITHIN"};

constexpr std::string_view kSearches[] = {"hybrid_search", "text_search", "vector_search"};

}  // namespace

std::span<const std::string_view> SqlKeywords() { return kKeywords; }
std::span<const std::string_view> SqlSearches() { return kSearches; }

}  // namespace lake::app
