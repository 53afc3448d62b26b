// Goal: a statement is planned under every check that it would run under, and is not run. Method: statements
// that fail, never end or are refused when they run.
#include "engine_fixture.h"

namespace lake::engine {
namespace {

class ExplainTest : public EngineTest {
 protected:
  /// "n BIGINT | OPERATOR(OPERATOR)", or the error.
  std::string Plan(const std::string& sql, const std::vector<JsonValue>& parameters = {},
                   ReadSet read_set = {}) {
    const auto tree = engine_->Parse({}, sql);
    if (!tree.ok()) return Describe(tree.error());
    const auto session = Start(std::move(read_set));
    const auto plan = session->Explain(*tree, parameters);
    if (!plan.ok()) return Describe(plan.error());
    std::string text;
    for (const ResultColumn& column : plan->columns) text += column.name + " " + column.type + " ";
    return text + "| " + TextOf(plan->root);
  }
  static std::string TextOf(const PlanOperator& op) {
    std::string text = op.name;
    for (const PlanOperator& child : op.children) text += "(" + TextOf(child) + ")";
    return text;
  }
};

TEST_F(ExplainTest, OperatorsAndColumns) {
  EXPECT_EQ(Plan("SELECT range AS n, range * 2.5 AS x FROM range(10) WHERE range > 3 ORDER BY n LIMIT 2"),
            "n BIGINT x DECIMAL(21,1) | TOP_N(PROJECTION(FILTER(RANGE)))");
  EXPECT_EQ(Plan("SELECT $1 + 1 AS a, $2 AS b", {JsonValue(1), JsonValue("x")}),
            "a BIGINT b VARCHAR | PROJECTION(DUMMY_SCAN)");
  ReadSet read_set;
  read_set.AddScan({WriteFile("a.parquet", "SELECT range AS a FROM range(100)", {"a"})});
  EXPECT_EQ(Plan("SELECT a FROM read_parquet('lake://scan/0') WHERE a > 5", {}, read_set),
            "a BIGINT | READ_PARQUET");
}

TEST_F(ExplainTest, NothingIsRun) {
  EXPECT_TRUE(Plan("SELECT count(*) FROM range(1000000000000) a, range(1000000000000) b")
                  .starts_with("count_star()"));
  EXPECT_TRUE(Plan("SELECT error('no') AS e FROM range(3)").starts_with("e "));
  EXPECT_TRUE(Plan("SELECT CAST(range || 'x' AS INTEGER) AS n FROM range(3)").starts_with("n INTEGER | "));
}

TEST_F(ExplainTest, TheChecksOfARunHold) {
  EXPECT_TRUE(Plan("SELECT write_log('x')").starts_with("permission_denied/function_not_permitted"));
  EXPECT_TRUE(
      Plan("SELECT * FROM duckdb_settings()").starts_with("permission_denied/function_not_permitted"));
  EXPECT_TRUE(Plan("SELECT * FROM read_csv('/etc/passwd')").starts_with("permission_denied/"));
  EXPECT_TRUE(
      Plan("SELECT * FROM read_parquet('lake://scan/7')").starts_with("permission_denied/not_in_read_set"));
  EXPECT_TRUE(Plan("SELECT nothing").starts_with("invalid_argument/sql_error"));
  EXPECT_TRUE(Plan("SELECT nothing").ends_with("[/sql at byte 7]"));
  EXPECT_TRUE(Plan("SELECT $1").starts_with("invalid_argument/bad_parameter"));
}

TEST_F(ExplainTest, ASessionGoesOnAfterwards) {
  const auto tree = engine_->Parse({}, "SELECT 42 AS n");
  const auto bad = engine_->Parse({}, "SELECT nothing");
  const auto session = Start();
  EXPECT_FALSE(session->Explain(*bad, {}).ok());
  EXPECT_TRUE(session->Explain(*tree, {}).ok());
  EXPECT_EQ(Rows(session->Execute(*tree, {})), "[42]");
}

}  // namespace
}  // namespace lake::engine
