// Goal: rows that a relation hides cannot be told from rows that do not exist, whatever a statement does with
// the others. Method: hidden rows hold values that make casts, functions and arithmetic fail and canaries
// that no answer may contain; each shape must answer, or fail, exactly as on a file without those rows.
#include <fmt/format.h>

#include "engine_fixture.h"

namespace lake::engine {
namespace {

constexpr std::string_view kColumns = "id, name, region, price, big, day, tags";

/// Ten rows; 3 and 7 are the ones to hide.
constexpr std::string_view kRows = R"(
    SELECT i::BIGINT AS id,
           CASE WHEN i IN (3, 7) THEN 'CANARY' || i ELSE (i * 10)::VARCHAR END AS name,
           (i % 3)::BIGINT AS region,
           CASE WHEN i IN (3, 7) THEN 98765.43 ELSE i / 10 END::DECIMAL(10, 2) AS price,
           CASE WHEN i IN (3, 7) THEN 9223372036854775807 ELSE i END::BIGINT AS big,
           CASE WHEN i IN (3, 7) THEN DATE '290000-01-01' ELSE DATE '2020-01-01' + i::INTEGER END AS day,
           CASE WHEN i IN (3, 7) THEN ['CANARY', 'x'] ELSE [i::VARCHAR] END AS tags
    FROM range(10) t(i))";

// @ stands for the relation.
constexpr const char* kShapes[] = {
    // Conditions.
    "SELECT count(*) FROM @ p WHERE CAST(name AS INTEGER) >= 0",
    "SELECT count(*) FROM @ p WHERE CAST(price AS DECIMAL(4, 2)) >= 0",
    "SELECT count(*) FROM @ p WHERE [name]::INTEGER[] IS NOT NULL",
    "SELECT count(*) FROM @ p WHERE struct_pack(a := name)::STRUCT(a INTEGER) IS NOT NULL",
    "SELECT count(*) FROM @ p WHERE split(name, 'N')::INTEGER[] IS NOT NULL",
    "SELECT count(*) FROM @ p WHERE tags::INTEGER[] IS NOT NULL",
    "SELECT count(*) FROM @ p WHERE name::UUID IS NOT NULL",
    "SELECT count(*) FROM @ p WHERE ('\\x' || name)::BLOB IS NOT NULL",
    "SELECT count(*) FROM @ p WHERE name::JSON IS NOT NULL",
    "SELECT count(*) FROM @ p WHERE big + 1 > 0",
    "SELECT count(*) FROM @ p WHERE -big * 2 < 1",
    "SELECT count(*) FROM @ p WHERE big::INTEGER >= 0",
    "SELECT count(*) FROM @ p WHERE epoch_ms(big) IS NOT NULL",
    "SELECT count(*) FROM @ p WHERE to_timestamp(big) IS NOT NULL",
    "SELECT count(*) FROM @ p WHERE substring('abc', big) IS NOT NULL",
    "SELECT count(*) FROM @ p WHERE left('abc', big) IS NOT NULL",
    "SELECT count(*) FROM @ p WHERE sqrt(9 - big) >= 0",
    "SELECT count(*) FROM @ p WHERE ln(10.5 - price) > -9",
    "SELECT count(*) FROM @ p WHERE factorial(big::INTEGER) > 0",
    "SELECT count(*) FROM @ p WHERE chr(big::INTEGER + 64) <> ''",
    "SELECT count(*) FROM @ p WHERE make_date(2020, 1 + (big % 10)::INTEGER, region + 1) IS NOT NULL",
    "SELECT count(*) FROM @ p WHERE day::TIMESTAMP IS NOT NULL",
    "SELECT count(*) FROM @ p WHERE day + INTERVAL 100000 YEAR IS NOT NULL",
    "SELECT count(*) FROM @ p WHERE day::TIMESTAMP + INTERVAL 1 DAY > TIMESTAMP '2020-01-01'",
    "SELECT count(*) FROM @ p WHERE strptime(name, '%d') IS NOT NULL",
    "SELECT count(*) FROM @ p WHERE hamming(name, '00') >= 0",
    "SELECT count(*) FROM @ p WHERE regexp_matches('1', name)",
    "SELECT count(*) FROM @ p WHERE regexp_matches('1', CASE WHEN id IN (3, 7) THEN '[' ELSE '1' END)",
    "SELECT count(*) FROM @ p WHERE unhex(name) IS NOT NULL",
    "SELECT count(*) FROM @ p WHERE json_extract(name, '$.a') IS NULL",
    "SELECT count(*) FROM @ p WHERE 'x' LIKE 'y' ESCAPE left(name, 1)",
    "SELECT count(*) FROM @ p WHERE map([name, 'CANARY3'], [1, 2]) IS NOT NULL",
    "SELECT count(*) FROM @ p WHERE CASE WHEN name LIKE 'CAN%' THEN name::INTEGER ELSE 1 END = 1",
    "SELECT count(*) FROM @ p WHERE CASE WHEN big > 100 THEN 'abc'::INTEGER ELSE 1 END = 1",
    "SELECT count(*) FROM @ p WHERE id = 3 AND 'abc'::INTEGER = 1",
    "SELECT count(*) FROM @ p WHERE id = 3 OR name::INTEGER >= 0",
    "SELECT count(*) FROM @ p WHERE id > 1 AND region < 2 AND name::INTEGER > 5 AND name <> 'x'",
    "SELECT count(*) FROM @ p WHERE name::INTEGER IN (10, 20, 30)",
    "SELECT count(*) FROM @ p WHERE name::INTEGER BETWEEN 10 AND 50",
    "SELECT count(*) FROM @ p WHERE name::INTEGER::VARCHAR LIKE '1%'",
    // What is projected, and conditions on it.
    "SELECT name::INTEGER FROM @ p ORDER BY id",
    "SELECT [name]::INTEGER[] AS n FROM @ p ORDER BY n",
    "SELECT * FROM (SELECT id, tags::INTEGER[] AS n FROM @ p) WHERE n[1] > 2 ORDER BY id",
    "SELECT n FROM (SELECT price::DECIMAL(4, 2) AS n FROM @ p) WHERE n > 0.15 ORDER BY n",
    "SELECT count(*) FROM (SELECT big + 1 AS n FROM @ p WHERE region = 0) WHERE n > 2",
    "SELECT DISTINCT left('abcdef', big) AS n FROM @ p WHERE n <> 'a' ORDER BY n",
    // Joins.
    "SELECT count(*) FROM @ p JOIN range(100) r(i) ON p.name::BIGINT = r.i",
    "SELECT count(*) FROM @ p JOIN range(100) r(i) ON p.tags::BIGINT[] = [r.i]",
    "SELECT count(*) FROM @ p JOIN @ q ON p.price::DECIMAL(4, 2) = q.price::DECIMAL(4, 2)",
    "SELECT count(*) FROM range(100) r(i) LEFT JOIN @ p ON [p.name]::BIGINT[] = [r.i]",
    "SELECT count(*) FROM @ p LEFT JOIN range(100) r(i) ON left('abc', p.big) = r.i::VARCHAR",
    "SELECT count(*) FROM @ p FULL JOIN range(5) r(i) ON epoch_ms(p.big) = epoch_ms(r.i)",
    "SELECT count(*) FROM range(100) r(i) SEMI JOIN @ p ON [p.name]::BIGINT[] = [r.i]",
    "SELECT count(*) FROM @ p SEMI JOIN range(100) r(i) ON [p.name]::BIGINT[] = [r.i]",
    "SELECT count(*) FROM @ p ANTI JOIN range(20) r(i) ON p.price::DECIMAL(4, 2) = r.i",
    "SELECT count(*) FROM @ p, @ q WHERE [p.name]::BIGINT[] = [q.id * 10]",
    "SELECT count(*) FROM @ p JOIN @ q ON p.id = q.id AND p.tags::INTEGER[] = q.tags::INTEGER[]",
    "SELECT count(*) FROM @ p JOIN @ q ON p.id < q.id AND left('abc', p.big) > 'a' JOIN @ s ON s.region = "
    "p.region",
    "SELECT count(*) FROM @ p POSITIONAL JOIN @ q WHERE [p.name]::INTEGER[] = [q.name]::INTEGER[]",
    "SELECT p.id FROM @ p ASOF JOIN range(5) r(i) ON p.price::DECIMAL(4, 2) >= r.i ORDER BY ALL",
    // Subqueries, WITH, LATERAL, set operations.
    "SELECT id FROM @ p WHERE EXISTS (SELECT 1 FROM @ q WHERE [q.name]::INTEGER[] = [p.id * 10]) ORDER BY 1",
    "SELECT id FROM @ p WHERE id IN (SELECT (q.tags::INTEGER[])[1] FROM @ q) ORDER BY id",
    "SELECT id FROM @ p WHERE id NOT IN (SELECT q.price::DECIMAL(4, 2) FROM @ q) ORDER BY id",
    "SELECT (SELECT max([q.name]::INTEGER[]) FROM @ q WHERE q.region = p.region) FROM @ p ORDER BY id",
    "SELECT (SELECT q.id FROM @ q WHERE q.name = 'CANARY3' OR q.name LIKE '%CANARY%') FROM @ p",
    "SELECT count(*) FROM @ p WHERE id = (SELECT id FROM @ q WHERE big > 100)",
    "WITH t AS (FROM @ p) SELECT count(*) FROM t WHERE id > 1 AND tags::INTEGER[] IS NOT NULL",
    "WITH t AS (FROM @ p) SELECT count(*) FROM t a JOIN t b USING (id) WHERE a.tags::INTEGER[] = "
    "b.tags::INTEGER[]",
    "WITH t AS MATERIALIZED (FROM @ p) SELECT count(*) FROM t a JOIN t b USING (id) WHERE "
    "(a.tags::INTEGER[])[1] > 2",
    "WITH t AS NOT MATERIALIZED (FROM @ p) SELECT count(*) FROM t a JOIN t b USING (id) WHERE "
    "[a.name]::INT[] = [b.name]::INT[]",
    "WITH RECURSIVE t(n) AS (SELECT 1 UNION SELECT n + 1 FROM t, @ p WHERE n = p.id AND tags::INTEGER[] = "
    "[n]) FROM t ORDER BY n",
    "SELECT p.id, y FROM @ p, LATERAL (SELECT tags::INTEGER[] AS y WHERE p.region = 1) ORDER BY id",
    "SELECT p.id, y FROM @ p, LATERAL (SELECT max(q.price::DECIMAL(4, 2)) AS y FROM @ q WHERE q.id < p.id) "
    "ORDER BY id",
    "SELECT tags::INTEGER[] AS n FROM @ p UNION SELECT [9] ORDER BY n",
    "SELECT n FROM (SELECT tags::INTEGER[] AS n FROM @ p UNION ALL SELECT [id] FROM @ q) WHERE n[1] = 2",
    "SELECT * FROM (SELECT left('abc', big) AS n FROM @ p EXCEPT SELECT 'a') ORDER BY n",
    // Aggregates, windows, sorting, sampling, unnesting, pivoting.
    "SELECT sum(name::INTEGER) FROM @ p",
    "SELECT region, sum(([name]::INTEGER[])[1]) FROM @ p GROUP BY region ORDER BY 1",
    "SELECT left('abc', big) AS n, count(*) FROM @ p GROUP BY n HAVING n > 'a' ORDER BY n",
    "SELECT count(*) FILTER ((tags::INTEGER[])[1] > 2), min(big + 1) FROM @ p",
    "SELECT max(big), min(big), max(name), min(price), max(day), count(*) FROM @ p",
    "SELECT string_agg(name, ',' ORDER BY price::DECIMAL(4, 2)) FROM @ p",
    "SELECT approx_count_distinct(name), mode(region), median(big), arg_max(name, big) FROM @ p",
    "SELECT id, sum(big + 1) OVER (ORDER BY tags::INTEGER[]) FROM @ p ORDER BY id",
    "SELECT id FROM @ p QUALIFY row_number() OVER (PARTITION BY region ORDER BY tags::INTEGER[]) = 1 ORDER "
    "BY id",
    "SELECT id FROM @ p QUALIFY max(big) OVER (PARTITION BY region) < 100 ORDER BY id",
    "SELECT id FROM @ p ORDER BY tags::INTEGER[] DESC LIMIT 3",
    "SELECT id, name, day FROM @ p ORDER BY big DESC LIMIT 2",
    "SELECT name, left('abc', big) FROM @ p ORDER BY price DESC LIMIT 2 OFFSET 1",
    "SELECT id FROM @ p LIMIT (SELECT count(*) FROM @ q WHERE tags::INTEGER[] IS NOT NULL)",
    "SELECT count(*) FROM (SELECT * FROM @ p USING SAMPLE 100 PERCENT) WHERE tags::INTEGER[] IS NOT NULL",
    "SELECT count(*) FROM (SELECT * FROM @ p USING SAMPLE reservoir(8 ROWS) REPEATABLE (1)) WHERE "
    "left('abc', big) IS NOT NULL",
    "SELECT id, unnest(tags::INTEGER[]) AS n FROM @ p ORDER BY ALL",
    "SELECT count(*) FROM (SELECT unnest(tags) AS n FROM @ p) WHERE [n]::INTEGER[] IS NOT NULL",
    "SELECT * FROM (PIVOT (SELECT region, (tags::INTEGER[])[1] AS n FROM @ p) ON region IN (0, 1) USING "
    "sum(n))",
    "SELECT n FROM (UNPIVOT (SELECT id, [name]::INTEGER[] AS a FROM @ p) ON a INTO NAME k VALUE n) ORDER BY "
    "n",
    "SELECT region, count(tags::INTEGER[]) FROM @ p GROUP BY ROLLUP (region) ORDER BY ALL",
    "SELECT list_transform(tags, x -> x::INTEGER) FROM @ p ORDER BY id",
    "SELECT count(*) FROM @ p WHERE list_transform(tags, x -> [x]::INTEGER[])[1][1] >= 0",
    "SELECT column_name, min, max, approx_unique, count FROM (SUMMARIZE SELECT * EXCLUDE tags FROM @ p)",
    "SELECT count(*) FROM @ p WHERE random() < 2 AND [name]::INTEGER[] IS NOT NULL",
    "SELECT count(*) FROM @ p WHERE TRY_CAST(name AS INTEGER) IS NULL",
    "SELECT count(*) FROM @ p WHERE name LIKE 'CAN%' OR big > 1000 OR day > DATE '3000-01-01'",
};

class RowBarrierTest : public EngineTest {
 protected:
  RowBarrierTest() {
    read_set_.AddScan({WriteFile("all.parquet", std::string(kRows),
                                 {"id", "name", "region", "price", "big", "day", "tags"})});
    read_set_.AddScan({WriteFile("clean.parquet", fmt::format("FROM ({}) WHERE id NOT IN (3, 7)", kRows),
                                 {"id", "name", "region", "price", "big", "day", "tags"})});
    read_set_.AddValues(std::make_shared<std::vector<std::string>>(std::vector<std::string>{"3", "7"}));
    read_set_.AddValues(std::make_shared<std::vector<std::string>>(std::vector<std::string>{"3"}));
  }

  static std::string Marked(const std::string& from) {
    return fmt::format("SELECT {0} FROM (SELECT {0} FROM {1}) AS lake_rows WHERE lake_barrier()", kColumns,
                       from);
  }
  static std::string Tombstoned(const std::string& values) {
    return Marked("read_parquet('lake://scan/0') AS r ANTI JOIN " + values +
                  " AS g ON CAST(r.id AS VARCHAR) = g.value");
  }
  static std::string Filtered(const std::string& relation, const std::string& condition) {
    return Marked("(" + relation + ") AS t WHERE " + condition);
  }

  std::string On(std::string_view shape, const std::string& relation) {
    std::string sql;
    for (const char c : shape) sql += c == '@' ? "(" + relation + ")" : std::string(1, c);
    return User(sql, read_set_);
  }

  const std::string all_ = fmt::format("SELECT {} FROM read_parquet('lake://scan/0')", kColumns);
  const std::string clean_ = fmt::format("SELECT {} FROM read_parquet('lake://scan/1')", kColumns);
  ReadSet read_set_;
};

/// Positions count from the start of the text, and the relations differ in length.
std::string WithoutPosition(const std::string& answer) { return answer.substr(0, answer.find(" [/sql")); }

TEST_F(RowBarrierTest, HiddenRowsChangeNoAnswerAndNoError) {
  const std::pair<const char*, std::string> ways[] = {
      {"tombstones", Tombstoned("lake_values_0")},
      {"filter", Filtered(all_, "id NOT IN (3, 7)")},
      {"slow filter", Filtered(all_, "regexp_matches(name, '^[0-9]+$')")},
      {"filter over tombstones", Filtered(Tombstoned("lake_values_1"), "id <> 7")},
      {"failing filter over tombstones",
       Filtered(Tombstoned("lake_values_0"), "([name]::INTEGER[])[1] >= 0")},
  };
  for (const char* shape : kShapes) {
    const std::string expected = WithoutPosition(On(shape, clean_));
    for (const auto& [way, relation] : ways) {
      const std::string answer = WithoutPosition(On(shape, relation));
      EXPECT_EQ(answer, expected) << way << ": " << shape;
    }
  }
}

TEST_F(RowBarrierTest, ConditionsThatCannotFailStillPruneTheScan) {
  const std::string relation = Filtered(Tombstoned("lake_values_0"), "region <> 5");
  for (const char* condition : {"id > 4", "id > 4 AND tags::INTEGER[] IS NOT NULL"}) {
    const std::string plan =
        Trusted(fmt::format("EXPLAIN SELECT name FROM (SELECT * FROM ({})) WHERE {}", relation, condition),
                read_set_);
    EXPECT_NE(plan.find("READ_PARQUET"), std::string::npos) << plan;
    EXPECT_NE(plan.find("id>4"), std::string::npos) << plan;
    EXPECT_EQ(plan.find("LIMIT"), std::string::npos) << plan;
    EXPECT_EQ(plan.find("lake_barrier"), std::string::npos) << plan;
    EXPECT_EQ(plan.find("price"), std::string::npos) << "a column that nobody needs is read: " << plan;
  }
}

/// Masks: what a relation computes may fail on hidden rows as well, and is the user's condition's cause.
TEST_F(RowBarrierTest, AConditionOnAComputedColumnDoesNotRunItOnHiddenRows) {
  const std::string masked =
      "SELECT id, [name]::INTEGER[] AS name FROM (SELECT id, name FROM read_parquet('lake://scan/0')) AS t "
      "WHERE regexp_matches(name, '^[0-9]+$')";
  const std::string relation = "SELECT id, name FROM (" + masked + ") AS lake_rows WHERE lake_barrier()";
  EXPECT_EQ(User("SELECT id FROM (" + relation + ") WHERE name = [50]", read_set_), "[5]");
  EXPECT_EQ(User("SELECT id FROM (" + relation + ") WHERE name IS NOT NULL AND id = 6", read_set_), "[6]");
}

}  // namespace
}  // namespace lake::engine
