// Goal: the outline of a statement says what its text asks for, and is made of the text alone. Method: golden
// lines; the outline of each statement twice, with other tables under the same words, is not even possible:
// it takes no snapshot.
#include "explain.h"

#include <gtest/gtest.h>

#include "lake/common_testing/result_matchers.h"
#include "lake/common_testing/temp_dir.h"

namespace lake::query {
namespace {

/// "LIMIT(PROJECTION{columns=a}(SCAN{table=t}))".
std::string TextOf(const engine::PlanOperator& op) {
  std::string text = op.name;
  for (const auto& [name, value] : op.details) text += "{" + name + "=" + value + "}";
  if (op.estimated_rows) text += "!";
  if (op.children.empty()) return text;
  text += "(";
  for (const engine::PlanOperator& child : op.children)
    text += (&child == &op.children.front() ? "" : ", ") + TextOf(child);
  return text + ")";
}

TEST(OutlineTest, OperatorsFromTheLastToTheFirst) {
  const TempDir spill;
  auto engine = engine::Engine::Open(
      {.threads = 1, .memory_limit_bytes = 128u << 20, .spill_directory = spill.path().string()});
  LAKE_ASSERT_OK(engine);
  const std::pair<const char*, const char*> goldens[] = {
      {"SELECT 1", "PROJECTION{columns=(expression)}(SINGLE_ROW)"},
      {"FROM t", "PROJECTION{columns=*}(SCAN{table=t})"},
      {"SELECT a, b AS c, a + 1 FROM t WHERE a > 5 ORDER BY b LIMIT 3",
       "LIMIT(ORDER_BY(PROJECTION{columns=a, c, (expression)}(FILTER(SCAN{table=t}))))"},
      {"SELECT DISTINCT t.a FROM t JOIN u USING (k) LEFT JOIN v ON t.x = v.x",
       "DISTINCT(PROJECTION{columns=a}(JOIN{type=LEFT}(JOIN{type=INNER}(SCAN{table=t}, SCAN{table=u}), "
       "SCAN{table=v})))"},
      {"SELECT a, count(*) AS n FROM t GROUP BY a HAVING count(*) > 1",
       "PROJECTION{columns=a, n}(FILTER(AGGREGATE(SCAN{table=t})))"},
      {"SELECT a FROM t QUALIFY row_number() OVER (ORDER BY a) = 1",
       "PROJECTION{columns=a}(FILTER(WINDOW(SCAN{table=t})))"},
      {"WITH w AS (SELECT a FROM t) SELECT * FROM w UNION ALL SELECT 1",
       "WITH(CTE{name=w}(PROJECTION{columns=a}(SCAN{table=t})), "
       "UNION_ALL(PROJECTION{columns=*}(SCAN{table=w}), "
       "PROJECTION{columns=(expression)}(SINGLE_ROW)))"},
      {"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) FROM n",
       "WITH(CTE{name=n}(RECURSION(PROJECTION{columns=(expression)}(SINGLE_ROW), "
       "PROJECTION{columns=(expression)}(SCAN{table=n}))), PROJECTION{columns=*}(SCAN{table=n}))"},
      {"SELECT a FROM (SELECT a FROM t) s WHERE EXISTS (SELECT 1 FROM u WHERE u.a = s.a)",
       "PROJECTION{columns=a}(FILTER(SUBQUERY(PROJECTION{columns=a}(SCAN{table=t})), "
       "SUBQUERY(PROJECTION{columns=(expression)}(FILTER(SCAN{table=u})))))"},
      {"SELECT (SELECT max(a) FROM t) AS m FROM range(3)",
       "PROJECTION{columns=m}(TABLE_FUNCTION{function=range}, "
       "SUBQUERY(PROJECTION{columns=(expression)}(SCAN{table=t})))"},
      {"VALUES (1)", "PROJECTION{columns=*}(VALUES)"},
      {"DESCRIBE t", "PROJECTION{columns=*}(DESCRIBE(PROJECTION{columns=*}(SCAN{table=t})))"},
      {"SELECT a FROM t TABLESAMPLE 10%", "PROJECTION{columns=a}(SAMPLE(SCAN{table=t}))"},
      {"SELECT a FROM t, u",
       "PROJECTION{columns=a}(JOIN{kind=CROSS}{type=INNER}(SCAN{table=t}, SCAN{table=u}))"},
      {"PIVOT t ON x IN (1, 2) USING sum(y)", "PROJECTION{columns=*}(PIVOT(SCAN{table=t}))"},
  };
  for (const auto& [sql, outline] : goldens) {
    const auto tree = (*engine)->Parse({}, sql);
    LAKE_ASSERT_OK(tree);
    EXPECT_EQ(TextOf(OutlineStatement(*tree)), outline) << sql;
  }
}

TEST(PlanViewTest, OnlyAnAdminSeesTheEnginesPlan) {
  EXPECT_EQ(PlanViewFor(access::LocalAdmin({}, nullptr)), QueryPlan::View::kEngine);
  EXPECT_EQ(PlanViewFor(access::Request{}), QueryPlan::View::kStatement);
  for (const char* role : {"analyst", "recruiter", "agent"}) {
    access::Request request;
    request.role = access::BuiltInRole(role);
    EXPECT_EQ(PlanViewFor(request), QueryPlan::View::kStatement) << role;
  }
}

}  // namespace
}  // namespace lake::query
