// Goal: whatever the shape of a statement, it sees exactly the rows that exist, and nothing that is not a
// dataset. Method: a table with tombstones and a table that physically lacks the same rows answer a list of
// shapes; a list of statements that plain DuckDB runs is refused.
#include "lake/query/query_service.h"

#include <gtest/gtest.h>

#include <thread>

#include "allowed_functions.h"
#include "governed_lake.h"
#include "statement_shapes.h"

namespace lake::query {
namespace {

class QueryTest : public GovernedLake {
 protected:
  access::Request MakeRequest() const { return GovernedLake::MakeRequest({}); }

  Result<std::string> Run(const std::string& sql) { return Run(sql, {}); }
  Result<std::string> Run(const std::string& sql, std::vector<JsonValue> parameters) {
    LAKE_ASSIGN_OR_RETURN(auto running,
                          service_->Start(MakeRequest(), {.sql = sql, .parameters = std::move(parameters)}));
    return Drain(running->rows());
  }
};

TEST_F(QueryTest, EveryShapeSeesOnlyTheRowsThatExist) {
  for (const std::string shape : kStatementShapes) {
    Result<std::string> governed = Run(OnTable(shape, "people"));
    Result<std::string> physical = Run(OnTable(shape, "clean"));
    ASSERT_TRUE(governed.ok()) << shape << ": " << governed.error().ToString();
    ASSERT_TRUE(physical.ok()) << shape << ": " << physical.error().ToString();
    EXPECT_EQ(*governed, *physical) << shape;
    EXPECT_NE(*governed, "") << shape;
  }
}

TEST_F(QueryTest, ThePastHasNoTombstonedRowsEither) {
  EXPECT_THAT(Run(fmt::format("SELECT count(*) FROM people AT (VERSION => {})",
                              catalog_->snapshot()->version().number - 1)),
              HasValue(std::string("[8]")));
}

TEST_F(QueryTest, VersionsThatDoNotExistAreSaid) {
  EXPECT_THAT(Run("SELECT * FROM people AT (VERSION => 999)"),
              IsError(ErrorCode::kInvalidArgument, "bad_version"));
  EXPECT_THAT(Run("SELECT * FROM clean AT (VERSION => 1)"),
              IsError(ErrorCode::kInvalidArgument, "bad_version"));
  EXPECT_THAT(Run("SELECT * FROM people AT (TIMESTAMP => '1999-01-01')"),
              IsError(ErrorCode::kInvalidArgument, "bad_version"));
}

TEST_F(QueryTest, NamesOfWithHideDatasetsOnlyWhereSqlSaysSo) {
  EXPECT_THAT(Run("WITH people AS (SELECT 1 AS a) SELECT * FROM people"), HasValue(std::string("[1]")));
  // The body of a non-recursive entry names the outer table.
  EXPECT_THAT(Run("WITH people AS (SELECT count(*) AS n FROM people) SELECT n FROM people"),
              HasValue(std::string("[8]")));
  // Out of scope the name is the dataset again.
  EXPECT_THAT(Run("SELECT (WITH people AS (SELECT 1) SELECT count(*) FROM people), count(*) FROM people"),
              HasValue(std::string("[1,8]")));
}

TEST_F(QueryTest, ParametersAreBound) {
  EXPECT_THAT(
      Run("SELECT name FROM people WHERE id = $1 OR name = $2 ORDER BY id", {JsonValue(1), JsonValue("n2")}),
      HasValue(std::string(R"(["n1"],["n2"])")));
  EXPECT_THAT(Run("SELECT $1", {JsonValue("x'; DROP TABLE people; --")}),
              HasValue(std::string(R"(["x'; DROP TABLE people; --"])")));
}

constexpr const char* kHostile[] = {
    "SELECT 1; SELECT 2",
    "",
    "DROP TABLE people",
    "INSERT INTO people VALUES (1)",
    "CREATE TABLE t AS SELECT 1",
    "COPY people TO 'x.csv'",
    "ATTACH 'x.db'",
    "INSTALL httpfs",
    "LOAD 'x'",
    "SET threads = 1",
    "PRAGMA version",
    "CALL enable_logging()",
    "EXPLAIN SELECT 1",
    "EXPORT DATABASE 'x'",
    "VACUUM",
    "BEGIN",
    "SELECT * FROM 'data/people.parquet'",
    "SELECT * FROM 'lake://file/primary/data/people.parquet'",
    "SELECT * FROM read_parquet('lake://scan/0')",
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM read_blob('*')",
    "SELECT * FROM glob('**')",
    "SELECT * FROM parquet_metadata('lake://scan/0')",
    "SELECT * FROM duckdb_settings()",
    "SELECT * FROM duckdb_tables()",
    "SELECT * FROM duckdb_tables",
    "SELECT * FROM sqlite_master",
    "SELECT * FROM information_schema.tables",
    "SELECT * FROM pg_catalog.pg_class",
    "SELECT * FROM main.people",
    "SELECT * FROM memory.main.people",
    "SELECT * FROM query('SELECT 1')",
    "SELECT * FROM query_table('people')",
    "SELECT json_execute_serialized_sql('{}')",
    "SELECT * FROM json_execute_serialized_sql('{}')",
    "SELECT * FROM enable_logging()",
    "SELECT stats(name) FROM people",
    "SELECT current_setting('threads')",
    "SELECT getvariable('x')",
    "SELECT system.main.getvariable('x')",
    "SELECT main.lower('X')",
    "SELECT lpad('x', 2000000000, 'y')",
    "SELECT repeat('x', 2000000000)",
    "SELECT format('{:1000000000}', 1)",
    "SELECT * FROM repeat('x', 10)",
    "SHOW TABLES",
    "SELECT * FROM lake_values_0",
    "SELECT sleep_ms(1000)",
    "WITH duckdb_settings AS (SELECT 1) SELECT 1",
    "SELECT nextval('x')",
    "SELECT write_log('x')",
    "SELECT * FROM people WHERE id IN (SELECT id FROM read_parquet('lake://scan/0'))",
    "SELECT (SELECT count(*) FROM duckdb_databases())",
    "SELECT count(*) FILTER (stats(id) IS NULL) FROM people",
    "SELECT list_transform([1], x -> getvariable('x'))",
    "SELECT 1 ORDER BY current_setting('threads')",
};

TEST_F(QueryTest, StatementsThatPlainDuckDbRunsAreRefused) {
  for (const char* sql : kHostile) {
    Result<std::string> answer = Run(sql);
    EXPECT_FALSE(answer.ok()) << sql << " answered " << (answer.ok() ? *answer : "");
    if (answer.ok()) continue;
    const bool said_by_user = std::string_view(sql).find("lake://") != std::string_view::npos;
    EXPECT_TRUE(said_by_user || answer.error().message().find("lake://") == std::string::npos) << sql;
    EXPECT_FALSE(answer.error().Is(ErrorCode::kInternal)) << sql << ": " << answer.error().ToString();
  }
}

TEST_F(QueryTest, RefusalsSayWhatAndWhere) {
  Result<std::string> answer = Run("SELECT stats(name) FROM people");
  ASSERT_THAT(answer, IsError(ErrorCode::kPermissionDenied, "not_allowed_in_sql"));
  EXPECT_EQ(answer.error().details(), (std::vector<ErrorDetail>{{"/sql", "at byte 7"}}));
  answer = Run("SELECT * FROM peopel");
  ASSERT_THAT(answer, IsError(ErrorCode::kNotFound, "dataset_not_found"));
  EXPECT_EQ(answer.error().message(), "dataset 'peopel' does not exist; did you mean 'people'?");
}

TEST_F(QueryTest, AQueryWhoseRunHasEndedHoldsNoSlotAndIsOnNoList) {
  service_ = MakeService(*engine_, {.max_running = 1, .max_waiting = 0});
  LAKE_ASSERT_OK_AND_ASSIGN(
      auto first, service_->Start(MakeRequest(), {.sql = "SELECT 1", .parameters = {}, .form = {}}));
  const QueryId id = first->id();
  EXPECT_EQ(service_->Running(MakeRequest()).at(0).id, id);
  first->EndRun();
  EXPECT_TRUE(service_->Running(MakeRequest()).empty());
  EXPECT_EQ(first->id(), id);
  LAKE_EXPECT_OK(service_->Start(MakeRequest(), {.sql = "SELECT 2", .parameters = {}, .form = {}}));
  first->EndRun();
  first->Conclude({.rows = 1, .error = {}});
}

TEST_F(QueryTest, ACancelledQueryStopsAndFreesItsSlot) {
  QueryLimits one;
  one.max_running = 1;
  one.max_waiting = 0;
  service_ = MakeService(*engine_, one);
  // A statement that has no row to show for a long time: Start itself returns only when it ends.
  std::thread running([&] {
    EXPECT_THAT(Run("SELECT count(*) FROM range(100000000000) t(i) WHERE i % 7 = 3"),
                IsError(ErrorCode::kCancelled, "by_request"));
  });
  while (service_->Running(MakeRequest()).empty()) std::this_thread::yield();
  EXPECT_THAT(service_->Start(MakeRequest(), {.sql = "SELECT 1"}),
              IsError(ErrorCode::kResourceExhausted, "too_many_queries"));
  LAKE_EXPECT_OK(service_->Cancel(MakeRequest(), service_->Running(MakeRequest()).at(0).id));
  running.join();
  EXPECT_THAT(Run("SELECT 1"), HasValue(std::string("[1]")));
  EXPECT_THAT(service_->Cancel(MakeRequest(), QueryId("nope")),
              IsError(ErrorCode::kNotFound, "query_not_found"));
}

TEST_F(QueryTest, AStatementHasItsTimeWaitingIncluded) {
  service_ = MakeService(*engine_, {.max_running = 1, .timeout = std::chrono::milliseconds(200)});
  EXPECT_THAT(Run("SELECT count(*) FROM range(100000000000) t(i) WHERE i % 7 = 3"),
              IsError(ErrorCode::kDeadlineExceeded, "deadline"));
  // Long enough for a busy machine to answer what should be answered.
  service_ = MakeService(*engine_, {.max_running = 1, .timeout = std::chrono::seconds(3)});
  auto holder = service_->Start(MakeRequest(), {.sql = "SELECT 1"});
  ASSERT_THAT(holder, IsOk());
  EXPECT_THAT(Run("SELECT 1"), IsError(ErrorCode::kDeadlineExceeded, "deadline"));
  holder->reset();
  EXPECT_THAT(Run("SELECT 1"), HasValue(std::string("[1]")));
  // A request that has less time than that keeps its own.
  access::Request hurried = MakeRequest();
  hurried.context.deadline = Deadline::After(std::chrono::milliseconds(-1));
  EXPECT_THAT(service_->Start(hurried, {.sql = "SELECT 1"}),
              IsError(ErrorCode::kDeadlineExceeded, "deadline"));
}

std::string Replaced(std::string text, std::string_view what, std::string_view by) {
  for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
  return text;
}

/// Every text of the tree.
std::string WordsOf(const engine::PlanOperator& op) {
  std::string words = op.name + (op.estimated_rows ? " estimated " : " ");
  for (const auto& [name, value] : op.details) words += name + " " + value + " ";
  for (const engine::PlanOperator& child : op.children) words += WordsOf(child);
  return words;
}

TEST_F(QueryTest, PlansShowNothingThatTheTextDoesNotSay) {
  access::Request analyst = MakeRequest();
  analyst.caller = {.name = "ann", .role = "analyst"};
  analyst.role = access::BuiltInRole("analyst");
  for (const std::string shape : kStatementShapes) {
    const auto explain = [&](const access::Request& request, const std::string& table) {
      return service_->Explain(request, {.sql = Replaced(shape, "@", table), .parameters = {}});
    };
    const auto of_people = explain(analyst, "people");
    const auto of_clean = explain(analyst, "clean");
    ASSERT_THAT(of_people, IsOk()) << shape;
    ASSERT_THAT(of_clean, IsOk()) << shape;
    EXPECT_EQ(of_people->view, QueryPlan::View::kStatement);
    const std::string words = WordsOf(of_people->root);
    EXPECT_EQ(words, Replaced(WordsOf(of_clean->root), "clean", "people")) << shape;
    for (const char* hidden : {"PARQUET", "estimated", "lake", "parquet", "values", "ANTI", "row_key"})
      if (shape.find(hidden) == std::string::npos) EXPECT_EQ(words.find(hidden), std::string::npos) << words;
    const auto running = service_->Start(analyst, {.sql = Replaced(shape, "@", "people"), .parameters = {}});
    ASSERT_THAT(running, IsOk());
    const auto& columns = (*running)->rows().columns();
    ASSERT_EQ(of_people->columns.size(), columns.size()) << shape;
    for (size_t i = 0; i < columns.size(); ++i) {
      EXPECT_EQ(of_people->columns[i].name, columns[i].name) << shape;
      EXPECT_EQ(of_people->columns[i].type, columns[i].type) << shape;
    }
    const auto of_admin = explain(MakeRequest(), "people");
    ASSERT_THAT(of_admin, IsOk()) << shape;
    EXPECT_EQ(of_admin->view, QueryPlan::View::kEngine);
    EXPECT_NE(WordsOf(of_admin->root).find("estimated"), std::string::npos) << shape;
  }
}

TEST_F(QueryTest, ExplainRunsNothingAndIsRefusedWhereTheStatementIs) {
  const auto explain = [&](const std::string& sql) {
    return service_->Explain(MakeRequest(), {.sql = sql, .parameters = {}});
  };
  EXPECT_THAT(explain("SELECT count(*) FROM range(100000000000) a, range(100000000000) b"), IsOk());
  EXPECT_THAT(explain("SELECT CAST(name AS INTEGER) FROM people"), IsOk());  // Fails at its first row.
  EXPECT_THAT(explain("SELECT stats(name) FROM people"),
              IsError(ErrorCode::kPermissionDenied, "not_allowed_in_sql"));
  EXPECT_THAT(explain("SELECT * FROM peopel"), IsError(ErrorCode::kNotFound, "dataset_not_found"));
  EXPECT_THAT(explain("SELECT nothing FROM people"), IsError(ErrorCode::kInvalidArgument, "sql_error"));
  EXPECT_THAT(explain("SELECT $1"), IsError(ErrorCode::kInvalidArgument, "bad_parameter"));
  EXPECT_THAT(service_->Explain(MakeRequest(), {.sql = "SELECT $1 + 1 AS x", .parameters = {JsonValue(1)}}),
              IsOk());
  access::Request late = MakeRequest();
  CancelSource source;
  late.context.cancel = source.token();
  source.Cancel("by_request");
  EXPECT_THAT(service_->Explain(late, {.sql = "SELECT 1", .parameters = {}}),
              IsError(ErrorCode::kCancelled, "by_request"));
  EXPECT_TRUE(service_->Running(MakeRequest()).empty());
}

TEST(AllowedFunctionsTest, TheListIsSortedAndHoldsNoneOfTheDangerous) {
  EXPECT_TRUE(std::ranges::is_sorted(AllowedFunctions()));
  EXPECT_TRUE(IsAllowedFunction("LOWER"));
  for (const char* name :
       {"stats", "query", "getvariable", "current_setting", "lpad", "repeat", "nextval", "sleep_ms"})
    EXPECT_FALSE(IsAllowedFunction(name)) << name;
}

}  // namespace
}  // namespace lake::query
