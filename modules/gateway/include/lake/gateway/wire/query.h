// SQL over the wire. Rows are streamed; QueryAnswer describes the JSON form of them.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "lake/common/clock.h"
#include "lake/common/describe.h"
#include "lake/common/json.h"
#include "lake/gateway/wire/problem.h"

namespace lake::gateway::wire {

/// JSON answers hold so many rows unless the request says how many.
inline constexpr uint64_t kDefaultJsonRows = 10'000;

struct RunQuery {
  std::string sql;
  std::optional<uint64_t> limit;
  std::vector<JsonValue> params;
  std::optional<std::string> engine;
  bool explain = false;
};

struct QueryColumn {
  std::string name;
  std::string type;
};

struct QueryAnswer {
  std::vector<QueryColumn> columns;
  std::vector<std::vector<JsonValue>> rows;
  uint64_t row_count = 0;
  bool truncated = false;
  double elapsed_ms = 0;
  uint64_t version = 0;
  std::optional<Problem> error;
};

struct PlanOperator {
  std::string name;
  std::optional<uint64_t> estimated_rows;
  std::map<std::string, std::string> details;
  std::vector<PlanOperator> children;
};

enum class PlanView { kEngine, kStatement };

/// What POST /query/sql answers with "explain": true.
struct PlanAnswer {
  std::vector<QueryColumn> columns;
  PlanView view = PlanView::kStatement;
  PlanOperator plan;
  double elapsed_ms = 0;
  uint64_t version = 0;
};

/// The query a path names.
struct NamedQuery {
  std::string query_id;
};

struct RunningQuery {
  std::string id;
  std::string caller;
  Timestamp started_at;
  double fraction = 0;
  uint64_t rows_read = 0;
};

/// No more than there are slots, so without pages.
struct RunningQueries {
  std::vector<RunningQuery> items;
};

}  // namespace lake::gateway::wire

template <>
struct lake::Describe<lake::gateway::wire::RunQuery> {
  using T = lake::gateway::wire::RunQuery;
  static constexpr std::string_view kName = "RunQuery";
  static constexpr auto kFields = std::tuple{
      Required("sql", &T::sql, "Exactly one SELECT statement.").Between(1, 1u << 20),
      Optional("limit", &T::limit, "Most rows to send; 10000 for JSON when absent, all rows otherwise.")
          .Between(1, 9007199254740991.0),
      Optional("params", &T::params, "Values for $1, $2…: null, boolean, number or string.").Between(0, 1000),
      Optional("engine", &T::engine, "Where it runs; \"duckdb\" is here.").Between(1, 64),
      Optional("explain", &T::explain, "Answer how it would run (PlanAnswer) instead of running it.")};
};
template <>
struct lake::Describe<lake::gateway::wire::QueryColumn> {
  using T = lake::gateway::wire::QueryColumn;
  static constexpr std::string_view kName = "QueryColumn";
  static constexpr auto kFields =
      std::tuple{Required("name", &T::name, "Column name."),
                 Required("type", &T::type, "SQL type; it decides how values are written.")};
};
template <>
struct lake::Describe<lake::gateway::wire::QueryAnswer> {
  using T = lake::gateway::wire::QueryAnswer;
  static constexpr std::string_view kName = "QueryAnswer";
  static constexpr auto kFields = std::tuple{
      Required("columns", &T::columns, "Columns in order."),
      Required("rows", &T::rows,
               "Rows as arrays. Integers beyond 2^53 and all DECIMAL and HUGEINT values are strings."),
      Required("row_count", &T::row_count, "Rows sent."),
      Required("truncated", &T::truncated, "There are more rows than were sent."),
      Required("elapsed_ms", &T::elapsed_ms,
               "From the request's arrival at the query engine to its last row."),
      Required("version", &T::version, "Catalog version that was read."),
      Optional("error", &T::error,
               "What went wrong after the answer had begun; the rows before it are right.")};
};
template <>
struct lake::DescribeEnum<lake::gateway::wire::PlanView> {
  using V = lake::gateway::wire::PlanView;
  static constexpr std::array kNames = {EnumName(V::kEngine, "engine"), EnumName(V::kStatement, "statement")};
};
template <>
struct lake::Describe<lake::gateway::wire::PlanOperator> {
  using T = lake::gateway::wire::PlanOperator;
  static constexpr std::string_view kName = "PlanOperator";
  static constexpr auto kFields =
      std::tuple{Required("operator", &T::name, "What it does, like HASH_JOIN or SCAN."),
                 Optional("estimated_rows", &T::estimated_rows, "Rows it is expected to give; admins only."),
                 Required("details", &T::details, "More about it."),
                 Required("children", &T::children, "What feeds it.")};
};
template <>
struct lake::Describe<lake::gateway::wire::PlanAnswer> {
  using T = lake::gateway::wire::PlanAnswer;
  static constexpr std::string_view kName = "PlanAnswer";
  static constexpr auto kFields = std::tuple{
      Required("columns", &T::columns, "Columns of the rows that it would give."),
      Required(
          "view", &T::view,
          "\"engine\": the plan as it would run, for admins. \"statement\": what the statement asks for, "
          "without anything that is not in its text."),
      Required("plan", &T::plan, "The last operator."),
      Required("elapsed_ms", &T::elapsed_ms, "What planning took."),
      Required("version", &T::version, "Catalog version that would be read.")};
};
template <>
struct lake::Describe<lake::gateway::wire::RunningQuery> {
  using T = lake::gateway::wire::RunningQuery;
  static constexpr std::string_view kName = "RunningQuery";
  static constexpr auto kFields =
      std::tuple{Required("id", &T::id, "What DELETE /query/{query_id} stops."),
                 Required("caller", &T::caller, "Who asked."),
                 Required("started_at", &T::started_at, "When it was asked."),
                 Required("fraction", &T::fraction, "0 to 1; stays 0 when the plan cannot tell."),
                 Required("rows_read", &T::rows_read, "Of all tables together.")};
};
template <>
struct lake::Describe<lake::gateway::wire::RunningQueries> {
  using T = lake::gateway::wire::RunningQueries;
  static constexpr std::string_view kName = "RunningQueries";
  static constexpr auto kFields = std::tuple{Required("items", &T::items, "Oldest first.")};
};
template <>
struct lake::Describe<lake::gateway::wire::NamedQuery> {
  using T = lake::gateway::wire::NamedQuery;
  static constexpr auto kFields =
      std::tuple{Required("query_id", &T::query_id, "From the header X-Lakehouse-Query-Id.").Between(1, 255)};
};
