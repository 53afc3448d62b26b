// Goal: a statement becomes exactly one SELECT tree or an error that says where and why.
// Method: DuckDB's own json_serialize_sql is the oracle for trees; errors are compared in full.
#include <gmock/gmock.h>

#include <chrono>
#include <cstdio>

#include "engine_fixture.h"

namespace lake::engine {
namespace {

class ParseTest : public EngineTest {
 protected:
  std::string ParseFailure(std::string_view sql) {
    const auto tree = engine_->Parse({}, sql);
    return tree.ok() ? "parsed" : Describe(tree.error());
  }
};

TEST_F(ParseTest, TreeIsThatOfJsonSerializeSql) {
  const std::vector<std::string> statements = {
      "SELECT 1",
      "SELECT a.b, count(*) FILTER (c > 1) FROM t AS a JOIN u USING (id) WHERE x IN (1, 2.5, 'é', NULL, "
      "1e10)",
      "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 5) SELECT sum(n) FROM t",
      "SELECT 170141183460469231731687303715884105727, 1::DECIMAL(38, 10), DATE '2024-02-29', INTERVAL 3 DAY",
      "FROM t SELECT * EXCLUDE (a) REPLACE (b AS c) ORDER BY ALL LIMIT 10 OFFSET 5",
      "SELECT row_number() OVER (PARTITION BY a ORDER BY b ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM t "
      "QUALIFY 1 = 1",
      "SELECT CASE WHEN $1 THEN $2 ELSE ? END, [1, 2][1], {'a': 1}, x -> x + 1, '\\x00\\xFF'::BLOB",
      "SELECT * FROM read_parquet('f', schema = MAP {1: {name: 'a', type: 'INTEGER', default_value: NULL}})",
      "VALUES (1), (2)",
      "SELECT * FROM t TABLESAMPLE 10 ROWS",
      "SELECT * FROM t AT (VERSION => 3), LATERAL (SELECT t.a * 2) AS l",
      "SUMMARIZE t",
      "DESCRIBE t",
      "SELECT 1 UNION BY NAME SELECT 2 EXCEPT ALL SELECT 3",
      "SELECT t.a::VARCHAR COLLATE NOCASE, a NOT SIMILAR TO 'x', EXISTS (SELECT 1) AS e FROM t WHERE a > ALL "
      "(SELECT 2)",
      "SELECT COLUMNS('a.*'), grouping(a) FROM t GROUP BY GROUPING SETS ((a), ()) HAVING a > 1",
  };
  for (const std::string& statement : statements) {
    const auto tree = engine_->Parse({}, statement);
    ASSERT_TRUE(tree.ok()) << statement << ": " << tree.error().ToString();
    const std::string rows = Trusted("SELECT json_serialize_sql(" + QuoteText(statement) + ")::VARCHAR");
    const auto oracle = ParseJson(ParseJson("[" + rows + "]")->as_array()[0].as_array()[0].as_string());
    ASSERT_TRUE(oracle.ok()) << rows;
    EXPECT_EQ(WriteJson(tree->root), WriteJson(*oracle)) << statement;
  }
}

TEST_F(ParseTest, ColumnsOfSubqueriesAreNamedAfterTheirText) {
  const auto names = [&](const std::string& sql) {
    std::vector<std::string> found;
    const auto tree = engine_->Parse({}, sql);
    LAKE_CHECK(tree.ok());
    const std::string text = WriteJson(tree->root);
    for (size_t at = 0; (at = text.find("\"alias\":\"", at)) != std::string::npos;) {
      at += std::string_view("\"alias\":\"").size();
      const std::string name = text.substr(at, text.find("\",", at) - at);
      if (!name.empty()) found.push_back(name);
    }
    return found;
  };
  using testing::ElementsAre;
  EXPECT_THAT(names("SELECT (SELECT 1), a, 1 + 2 FROM t WHERE EXISTS (SELECT 2)"), ElementsAre("(SELECT 1)"));
  EXPECT_THAT(names("SELECT (SELECT (SELECT 1))"), ElementsAre("(SELECT (SELECT 1))", "(SELECT 1)"));
  EXPECT_THAT(names("SELECT (SELECT 1) AS x"), ElementsAre("x"));
  for (const char* sql :
       {"SELECT * FROM (SELECT (SELECT 1))", "WITH w AS (SELECT (SELECT 1)) FROM w",
        "SELECT 1 UNION SELECT (SELECT 1)", "DESCRIBE SELECT (SELECT 1)",
        "SELECT * FROM t WHERE a IN (SELECT (SELECT 1))", "FROM t ORDER BY x IN (SELECT (SELECT 1))",
        "FROM t JOIN u ON EXISTS (SELECT (SELECT 1))", "FROM range(t(x := (SELECT (SELECT 1))))",
        "WITH RECURSIVE w AS (SELECT 1 UNION SELECT (SELECT 1) FROM w) FROM w"})
    EXPECT_THAT(names(sql), testing::Contains("(SELECT 1)")) << sql;
  const std::string longest = names("SELECT (SELECT '" + std::string(3000, 'x') + "é')").at(0);
  EXPECT_EQ(longest.size(), 1024u);
}

/// Names repeat the texts inside them: at each depth, that would take minutes.
TEST_F(ParseTest, NamesOfDeepSubqueriesStaySmall) {
  std::string sql = "SELECT 1 IN (1";
  for (int i = 0; i < 20'000; ++i) sql += ", 1";
  sql += ")";
  for (int i = 0; i < 60; ++i) sql = "SELECT (" + sql + ")";
  const auto start = std::chrono::steady_clock::now();
  const auto tree = engine_->Parse({}, sql);
  const auto took = std::chrono::steady_clock::now() - start;
  ASSERT_TRUE(tree.ok()) << tree.error().ToString();
  std::printf("%zu bytes parsed in %.3f s\n", sql.size(), std::chrono::duration<double>(took).count());
  EXPECT_LT(took, std::chrono::seconds(20));
  EXPECT_NE(WriteJson(tree->root).find("\"alias\":\"(subquery)\""), std::string::npos);
}

/// What they are replaced by is nobody's business.
TEST_F(ParseTest, ColumnsOfReplacedFunctionsKeepTheirNames) {
  auto engine = Engine::Open({.threads = 1,
                              .spill_directory = (directory_ / "replaced").string(),
                              .replaced_functions = {"answer"}});
  ASSERT_TRUE(engine.ok()) << engine.error().ToString();
  const std::string sql = "SELECT \"ANSWER\"('a'), len([answer('b')]) + 1, answer('c') AS own, question('d')";
  const auto tree = (*engine)->Parse({}, sql);
  ASSERT_TRUE(tree.ok()) << tree.error().ToString();
  const auto plain = engine_->Parse({}, sql);
  ASSERT_TRUE(plain.ok()) << plain.error().ToString();
  const auto aliases = [](const SelectTree& parsed) {
    const JsonValue& select = *parsed.root.Find("statements")->as_array().front().Find("node");
    std::vector<std::string> names;
    for (const JsonValue& item : select.Find("select_list")->as_array())
      names.emplace_back(item.FindString("alias"));
    return names;
  };
  EXPECT_EQ(aliases(*tree),
            (std::vector<std::string>{"answer('a')", "(len(main.list_value(answer('b'))) + 1)", "own", ""}));
  EXPECT_EQ(aliases(*plain), (std::vector<std::string>{"", "", "own", ""}));
}

TEST_F(ParseTest, SyntaxErrorsSayWhere) {
  EXPECT_EQ(ParseFailure("SELECT * FORM t"),
            "invalid_argument/sql_syntax: syntax error at or near \"t\" [/sql at byte 14]");
  EXPECT_EQ(ParseFailure("SELECT 'é', * FORM t"),
            "invalid_argument/sql_syntax: syntax error at or near \"t\" [/sql at byte 20]");
  EXPECT_EQ(ParseFailure("SELECT ("),
            "invalid_argument/sql_syntax: syntax error at end of input [/sql at byte 8]");
  EXPECT_EQ(ParseFailure(std::string("SELECT 1\0 DROP", 14)),
            "invalid_argument/sql_syntax: the statement contains a NUL byte [/sql at byte 8]");
}

TEST_F(ParseTest, RefusesWhatIsNotOneSelect) {
  for (const char* statement : {"",
                                ";",
                                "-- only a comment",
                                "SELECT 1; SELECT 2",
                                "INSERT INTO t VALUES (1)",
                                "CREATE TABLE t (a INT)",
                                "COPY t TO 'x'",
                                "ATTACH 'x'",
                                "SET threads = 1",
                                "PRAGMA version",
                                "INSTALL httpfs",
                                "LOAD 'x'",
                                "EXPLAIN SELECT 1",
                                "CALL pragma_version()",
                                "USE x",
                                "BEGIN",
                                "EXPORT DATABASE 'x'",
                                "CHECKPOINT",
                                "PREPARE p AS SELECT 1",
                                "EXECUTE p",
                                "DROP TABLE t",
                                "VACUUM",
                                "WITH x AS (INSERT INTO t VALUES (1) RETURNING a) SELECT * FROM x"})
    EXPECT_NE(ParseFailure(statement), "parsed") << statement;
  EXPECT_EQ(
      ParseFailure("DELETE FROM t"),
      "invalid_argument/not_one_select: the text must be exactly one SELECT statement; this is another kind");
  EXPECT_EQ(
      ParseFailure("SELECT 1; SELECT 2"),
      "invalid_argument/not_one_select: the text must be exactly one SELECT statement; it holds several");
  EXPECT_EQ(ParseFailure(""),
            "invalid_argument/not_one_select: the text must be exactly one SELECT statement; it holds no "
            "statement");
}

TEST_F(ParseTest, BoundsSizeAndDepth) {
  EXPECT_TRUE(ParseFailure("SELECT '" + std::string(1u << 20, 'x') + "'")
                  .starts_with("invalid_argument/statement_too_large"));
  std::string list = "SELECT 1 IN (0";
  for (int i = 0; i < 200'000; ++i) list += ",1";
  EXPECT_EQ(ParseFailure(list + ")"),
            "invalid_argument/statement_too_large: the statement has too many parts");
  const auto nested = [](size_t depth) {
    return "SELECT " + std::string(depth, '(') + "1" + std::string(depth, ')');
  };
  EXPECT_EQ(ParseFailure(nested(300)), "parsed");
  // Sums of a column: DuckDB's binder computes sums of constants at each level.
  const auto sum = [](int terms) {
    std::string sql = "SELECT range";
    for (int i = 0; i < terms; ++i) sql += "+1";
    return sql + " FROM range(1)";
  };
  EXPECT_EQ(User(sum(150)), "[150]");
  EXPECT_EQ(ParseFailure(sum(900)), "parsed");
  EXPECT_EQ(
      User(sum(900)),
      "error: invalid_argument/statement_too_complex: an expression of the statement is nested too deeply");
  std::string flat = "SELECT 1 IN (0";
  for (int i = 0; i < 20'000; ++i) flat += ",1";
  EXPECT_EQ(User(flat + ")"), "[true]");
  std::string either = "SELECT range = 5";
  for (int i = 0; i < 500; ++i) either += " OR range = " + std::to_string(i);
  EXPECT_EQ(User(either + " FROM range(1)"), "[true]");
  EXPECT_EQ(ParseFailure(sum(6'000)),
            "invalid_argument/statement_too_deep: the statement is nested too deeply");
  EXPECT_EQ(ParseFailure(nested(100'000)),
            "invalid_argument/statement_too_deep: the statement is nested too deeply");
}

TEST_F(ParseTest, TakesTextFromMemoryThatIsNotUtf8) {
  EXPECT_TRUE(ParseFailure("SELECT '\xFF\xFE'").starts_with("invalid_argument/"))
      << ParseFailure("SELECT '\xFF'");
}

TEST_F(ParseTest, ExecutionRefusesTreesThatAreNone) {
  const auto session = Start();
  for (const char* text :
       {R"({})", R"({"statements": []})", R"({"statements": [{"node": null}]})",
        R"({"statements": [{"node": {}}]})", R"({"statements": [{"node": {"type": "SELECT_NODE"}}]})",
        R"({"statements": [{"node": {"type": "NONSENSE"}}]})"}) {
    const auto stream = session->Execute(SelectTree{ParseJson(text).value()}, {});
    ASSERT_FALSE(stream.ok()) << text;
    EXPECT_TRUE(stream.error().Is("bad_tree")) << text << stream.error().ToString();
  }
}

}  // namespace
}  // namespace lake::engine
