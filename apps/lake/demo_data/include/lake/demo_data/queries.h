// Questions about the sample data. SQL is DuckDB's dialect over tables named as in scale.h; it casts money
// and hours to DECIMAL first, so that a reader who took the CSV's numbers for DOUBLE gets the same exact
// answers.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lake/common/json.h"
#include "lake/demo_data/facts.h"

namespace lake::demo_data {

/// A question whose answer the generator knows.
struct TellingQuery {
  std::string id;        ///< "top_clients"
  std::string title;     ///< For a heading.
  std::string question;  ///< As a person asks it.
  std::string sql;       ///< One SELECT with a total order.
  std::vector<std::string> columns;
  /// As the query API answers: DECIMAL, dates and text as strings, counts as integers.
  std::vector<JsonValue::Array> rows;
};

/// Seven, of which `best_placements` joins four tables.
std::vector<TellingQuery> TellingQueries(const Facts& facts);

/// A statement of the analytic benchmark; its result has a total order and no floating-point sums.
struct AnalyticQuery {
  std::string_view name;  ///< "q07_overtime_by_role"
  std::string_view sql;
};

/// Twenty-two, sorted by name: queries/*.sql.
std::span<const AnalyticQuery> AnalyticQueries();

/// A search over candidates.resume_text with the candidates who answer it.
struct RetrievalQuery {
  enum class Kind {
    kRareExperience,  ///< Three planted candidates, who say it in three ways.
    kSpecialty,       ///< Everybody in one role with one specialty: about one in ninety.
  };
  Kind kind;
  std::string text;                   ///< In words of its own: some answers share none with it.
  std::vector<std::string> relevant;  ///< candidate_id, ascending; never empty.
};

/// Errors: invalid_argument/bad_scale.
Result<std::vector<RetrievalQuery>> RetrievalQueries(Scale scale);

}  // namespace lake::demo_data
