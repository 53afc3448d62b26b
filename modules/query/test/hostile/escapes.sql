-- The same again in other clothes: qualification, case, quotes, comments, nesting.
SELECT * FROM main.people
SELECT * FROM memory.main.people
SELECT * FROM memory.people
SELECT * FROM "memory"."main"."people"
SELECT * FROM system.main.duckdb_tables
SELECT * FROM system.information_schema.tables
SELECT system.main.getvariable('x')
SELECT main.current_setting('threads')
SELECT system.main.lower('X')
SELECT main.lower('X')
SELECT pg_catalog.current_database()
SELECT * FROM system.main.range(3)
SELECT * FROM main.duckdb_settings()
SELECT * FROM system.main.duckdb_settings()
SELECT * FROM DUCKDB_SETTINGS()
SELECT * FROM DuckDB_Settings()
SELECT * FROM "duckdb_settings"()
SELECT * FROM "DUCKDB_SETTINGS"()
SELECT * FROM duckdb_settings/**/()
SELECT * FROM /* people */ duckdb_settings() -- people
SELECT/**/current_setting/**/('threads')
SELECT "current_setting"('threads')
SELECT "CURRENT_SETTING"('threads')
SELECT CuRrEnT_sEtTiNg('threads')
SELECT * FROM READ_TEXT('{dir}/secret.txt')
SELECT * FROM "read_text"('{dir}/secret.txt')
SELECT * FROM read_text($${dir}/secret.txt$$)
SELECT * FROM read_text(E'{dir}/secret.txt')
SELECT * FROM read_text('{dir}/' || 'secret.txt')
SELECT * FROM read_text(concat('{dir}', chr(47), 'secret.txt'))
SELECT * FROM (FROM read_text('{dir}/secret.txt'))
SELECT * FROM (VALUES ((SELECT content FROM read_text('{dir}/secret.txt')))) v(x)
VALUES ((SELECT content FROM read_text('{dir}/secret.txt')))
TABLE duckdb_tables
TABLE "{dir}/people.parquet"
DESCRIBE SELECT * FROM read_text('{dir}/secret.txt')
SUMMARIZE SELECT * FROM read_parquet('{dir}/people.parquet')
SELECT * FROM (DESCRIBE SELECT * FROM duckdb_settings())
SELECT * FROM (SUMMARIZE FROM '{dir}/people.parquet')
SELECT * FROM (SHOW TABLES)
SELECT * FROM (SHOW ALL TABLES)
SELECT * FROM (PIVOT duckdb_settings() ON scope IN ('GLOBAL') USING count(*))
SELECT * FROM (PIVOT '{dir}/people.parquet' ON region IN (0, 1) USING count(*))
SELECT * FROM (UNPIVOT (SELECT name, value FROM duckdb_settings()) ON value INTO NAME k VALUE v)
SELECT p.id, s.name FROM people p, LATERAL (SELECT name FROM duckdb_settings() WHERE p.id > 0 LIMIT 3) s
SELECT id FROM people WHERE EXISTS (SELECT 1 FROM duckdb_settings())
SELECT id FROM people WHERE id < ALL (SELECT estimated_size FROM duckdb_tables())
SELECT ARRAY(SELECT name FROM duckdb_settings())
SELECT CASE WHEN (SELECT count(*) FROM duckdb_settings()) > 0 THEN 1 END
SELECT count(*) FILTER (WHERE stats(id) IS NULL) FROM people
SELECT sum(id) OVER (ORDER BY current_setting('threads')) FROM people
SELECT id FROM people QUALIFY row_number() OVER (ORDER BY stats(id)) = 1
SELECT id FROM people GROUP BY id HAVING current_setting('threads') IS NOT NULL
SELECT id FROM people LIMIT (SELECT count(*) FROM duckdb_settings())
SELECT DISTINCT ON (current_setting('threads')) id FROM people
SELECT list_transform([1], x -> getvariable('x'))
SELECT list_transform(['threads'], x -> current_setting('threads'))
SELECT list_filter([1], x -> (current_setting('threads') IS NOT NULL))
SELECT [current_setting('threads') FOR x IN [1]]
SELECT {'a': current_setting('threads')}
SELECT map(['a'], [current_setting('threads')])
SELECT COLUMNS(c -> c = 'id' OR current_setting('threads') IS NULL) FROM people
SELECT * REPLACE (current_setting('threads') AS name) FROM people
SELECT ('threads').current_setting()
SELECT list_aggregate([1], 'sum') FROM duckdb_settings()
SELECT * FROM people JOIN duckdb_settings() ON true
SELECT * FROM people LEFT JOIN duckdb_settings() s ON s.name = people.name
SELECT * FROM people WHERE id IN (SELECT 1 FROM duckdb_settings() UNION SELECT 2)
SELECT 1 EXCEPT SELECT estimated_size FROM duckdb_tables()
WITH a AS (WITH b AS (SELECT * FROM duckdb_settings()) SELECT * FROM b) SELECT count(*) FROM a
WITH duckdb_settings AS (SELECT 1) SELECT * FROM duckdb_settings()
WITH RECURSIVE t(n) AS (SELECT 0::BIGINT UNION ALL SELECT (SELECT count(*) FROM duckdb_settings()) FROM t WHERE n = 0) SELECT * FROM t
WITH sqlite_master AS (SELECT * FROM system.main.sqlite_master) SELECT * FROM sqlite_master
SELECT * FROM people TABLESAMPLE 10% JOIN duckdb_settings() ON true
SELECT * FROM people AS range, duckdb_settings()
SELECT TRY(current_setting('threads'))
SELECT COALESCE(NULL, current_setting('threads'))
SELECT current_setting('threads')::INTEGER BETWEEN 0 AND 100
SELECT (current_setting('memory_limit')) COLLATE NOCASE
SELECT unnest([current_setting('threads')])
SELECT * FROM unnest([current_setting('threads')])
SELECT * FROM range(current_setting('threads')::BIGINT)
SELECT * FROM range(length(lpad('x', 3000000, 'y')))
SELECT * FROM generate_series(1, length(repeat('x', 3000000)))
SELECT * FROM range((SELECT count(*) FROM duckdb_settings()))
