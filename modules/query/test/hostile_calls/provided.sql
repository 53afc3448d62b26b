-- Calls of functions that other modules answer (find_people in FROM, letters in expressions): with what they
-- cannot take, in other clothes, and at what they put into the statement.
FROM find_people((SELECT content FROM read_text('{dir}/secret.txt')))
FROM find_people(getenv('HOME'))
FROM find_people('n', k := (SELECT count(*) FROM duckdb_settings()))
FROM find_people('n' || (SELECT max(content) FROM read_text('{dir}/secret.txt')))
FROM find_people(['n', 'm'])
FROM find_people({'query': 'n'})
FROM find_people(UNPACK(['n']))
FROM find_people(*COLUMNS(*))
FROM find_people(repeat('n', 1000000000))
FROM find_people(query)
FROM people p, find_people(p.name)
FROM people p, LATERAL (FROM find_people(p.name))
SELECT (SELECT max(f.name) FROM find_people(people.name) f) FROM people
SELECT letters(name) FROM people
SELECT letters((SELECT content FROM read_text('{dir}/secret.txt')))
SELECT list_transform(['a', 'b'], x -> letters(x))
SELECT letters('a') OVER (PARTITION BY name) FROM people
SELECT letters(COLUMNS(*)) FROM people
FROM main.find_people('n')
FROM system.find_people('n')
FROM memory.main.find_people('n')
SELECT main.letters('a')
SELECT find_people('n')
FROM letters('a')
FROM find_people('n'), lake_table_0
FROM find_people('n'), lake_table('lake_table_0') AS t
FROM find_people('n') AS f, read_text('{dir}/secret.txt') AS t
FROM find_people('n') WHERE name IN (SELECT content FROM read_text('{dir}/secret.txt'))
WITH lake_table_0 AS (SELECT 1) FROM find_people('n'), lake_table_0
FROM query('FROM find_people(''n'')')
FROM query_table('find_people')
FROM find_people('n') WITH ORDINALITY
FROM find_people('n') AT (VERSION => 1)
CALL find_people('n')
EXPLAIN ANALYZE FROM find_people('n')
CREATE TABLE t AS FROM find_people('n')
CREATE MACRO find_people(x) AS TABLE SELECT x
COPY (FROM find_people('n')) TO '{dir}/out.csv'
