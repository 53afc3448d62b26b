// The shapes that a statement can have around one table of the columns id, name and region.
#pragma once

#include <string>
#include <string_view>

namespace lake::query {

// @ stands for the table.
inline constexpr const char* kStatementShapes[] = {
    "SELECT count(*) FROM @",
    "SELECT * FROM @ ORDER BY id",
    "FROM @ ORDER BY ALL",
    "SELECT @.name FROM @ WHERE @.id > 2 ORDER BY 1",
    "SELECT region, count(*), max(name) FROM @ GROUP BY region HAVING count(*) > 1 ORDER BY region",
    "SELECT a.id, b.name FROM @ a JOIN @ b USING (region) ORDER BY ALL",
    "SELECT id FROM @ a SEMI JOIN @ b USING (id) ORDER BY id",
    "SELECT r.i FROM range(10) r(i) ANTI JOIN @ p ON p.id = r.i ORDER BY 1",
    "SELECT r.i, p.name FROM range(10) r(i) LEFT JOIN @ p ON p.id = r.i ORDER BY 1",
    "WITH t AS (SELECT * FROM @ WHERE id < 8) SELECT count(*), min(name) FROM t",
    "WITH t AS MATERIALIZED (FROM @) SELECT sum(id) FROM t",
    "WITH RECURSIVE t(n) AS (SELECT min(id) FROM @ UNION SELECT n + 1 FROM t WHERE n < 9) FROM t",
    "SELECT (SELECT max(q.id) FROM @ q WHERE q.region = p.region) FROM @ p ORDER BY p.id",
    "SELECT id FROM @ p WHERE EXISTS (SELECT 1 FROM @ q WHERE q.id = p.id + 1) ORDER BY id",
    "SELECT p.id, y FROM @ p, LATERAL (SELECT p.id * 2 AS y) ORDER BY ALL",
    "SELECT id FROM @ WHERE id < 5 UNION SELECT id FROM @ WHERE id > 4 ORDER BY id",
    "SELECT id FROM range(10) t(id) EXCEPT SELECT id FROM @ ORDER BY id",
    "SELECT id, row_number() OVER (PARTITION BY region ORDER BY id) FROM @ ORDER BY id",
    "SELECT id FROM @ QUALIFY row_number() OVER (PARTITION BY region ORDER BY id) = 2 ORDER BY id",
    "SELECT DISTINCT region FROM @ ORDER BY 1",
    "SELECT DISTINCT ON (region) id FROM @ ORDER BY region, id",
    "SELECT list(id ORDER BY id), string_agg(name, ',' ORDER BY id) FROM @",
    "SELECT count(*) FROM (SELECT * FROM @ USING SAMPLE 100 PERCENT)",
    "SELECT * EXCLUDE (name) FROM @ ORDER BY id",
    "SELECT COLUMNS('i.*') FROM @ ORDER BY 1",
    "SELECT p.i FROM @ p(i, n, r) ORDER BY 1",
    "SELECT * FROM (PIVOT @ ON region IN (0, 1, 2) USING count(*)) ORDER BY id",
    "SELECT list_transform(list(id ORDER BY id), x -> x + 1) FROM @",
    "SELECT CASE WHEN id IN (3, 7) THEN 'gone' ELSE name END FROM @ ORDER BY id",
    "SELECT region, count(*) FROM @ GROUP BY ROLLUP (region) ORDER BY ALL",
    "SELECT count(*) FROM @ a POSITIONAL JOIN @ b",
    "DESCRIBE @",
    "SELECT count FROM (SUMMARIZE @) ORDER BY column_name",
};

inline std::string OnTable(std::string_view shape, std::string_view table) {
  std::string sql;
  for (const char c : shape) sql += c == '@' ? std::string(table) : std::string(1, c);
  return sql;
}

}  // namespace lake::query
