-- plain: bind
-- Growing far beyond the arguments, mostly outside of the memory limit.
SELECT lpad('x', 2000000000, 'y')
SELECT rpad('x', 2000000000, 'y')
SELECT lpad(name, 2000000000, 'y') FROM people
SELECT rpad(name, (id * 1000000000)::INTEGER, 'y') FROM people
SELECT repeat('x', 2000000000)
SELECT repeat(name, id * 1000000000) FROM people
SELECT repeat([1, 2, 3], 1000000000)
SELECT length(repeat('xyz', 1000000000))
SELECT format('{:1000000000}', 1)
SELECT format('{:>{}}', 'x', 1000000000)
SELECT printf('%1000000000d', 1)
SELECT printf('%*d', 1000000000, 1)
SELECT range(2000000000)
SELECT range(id * 1000000000) FROM people
SELECT generate_series(1, 2000000000)
SELECT length(range(1, 2000000000))
SELECT list_resize([1], 2000000000)
SELECT array_resize([1], 2000000000, 0)
SELECT list_resize(list(id), 2000000000) FROM people
SELECT bitstring('1', 2000000000)
SELECT bitstring('1', (id * 1000000000)::INTEGER) FROM people
SELECT bar(id, 0, 1, 2000000000) FROM people
SELECT * FROM repeat('x', 1000000000000)
SELECT * FROM repeat_row(1, 2, num_rows = 1000000000000)
SELECT list(lpad(name, 1000000000, 'x')) FROM people
SELECT string_agg(rpad('x', 1000000000, 'y'), ',') FROM people
SELECT list_transform([1, 2, 3], x -> repeat('x', 1000000000))
SELECT list_transform([1000000000], x -> range(x))
SELECT CASE WHEN id > 1 THEN repeat('x', 2000000000) ELSE name END FROM people
SELECT ('x').repeat(2000000000)
SELECT name.rpad(2000000000, 'x') FROM people
SELECT replace(s, 'a', s) FROM (SELECT string_agg('a', '') AS s FROM range(200000))
SELECT regexp_replace(s, 'a', s, 'g') FROM (SELECT string_agg('a', '') AS s FROM range(200000))
SELECT array_to_string(list('a'), repeat('y', 1000000)) FROM range(200000)
SELECT list_aggregate(list('a'), 'string_agg', repeat('y', 1000000)) FROM range(200000)
SELECT list_transform(l, x -> l) FROM (SELECT list(range) AS l FROM range(100000))
SELECT list_transform(l, x -> s) FROM (SELECT list(range) AS l, string_agg('a', '') AS s FROM range(200000))
SELECT list_filter(l, x -> len(list_filter(l, y -> y > x)) > 3) FROM (SELECT list(range) AS l FROM range(100000))
WITH RECURSIVE t(s) AS (SELECT 'x' UNION ALL SELECT s || s FROM t WHERE strlen(s) < 3000000000) SELECT max(strlen(s)) FROM t
WITH RECURSIVE t(s) AS (SELECT 'x' UNION ALL SELECT concat(s, s, s) FROM t WHERE strlen(s) < 3000000000) SELECT max(strlen(s)) FROM t
WITH RECURSIVE t(l) AS (SELECT [1] UNION ALL SELECT l || l FROM t WHERE len(l) < 2000000000) SELECT max(len(l)) FROM t
WITH RECURSIVE t(l) AS (SELECT [1] UNION ALL SELECT list_concat(l, l) FROM t WHERE len(l) < 2000000000) SELECT max(len(l)) FROM t
