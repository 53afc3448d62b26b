-- plain: bind
-- Keeping a core or the connection busy for ever.
SELECT sleep_ms(100000)
SELECT sleep_ms(id * 100000) FROM people
SELECT pg_sleep(100000)
SELECT count(*) FROM people WHERE sleep_ms(100000) IS NULL
WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT count(*) FROM t
WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT (n + 1) % 1000000 FROM t) SELECT max(n) FROM t
WITH RECURSIVE t(n) AS (SELECT 1 UNION SELECT n + 1 FROM t) SELECT sum(n) FROM t
WITH RECURSIVE t(n) USING KEY (n) AS (SELECT 1 UNION SELECT n + 1 FROM t) SELECT sum(n) FROM t
SELECT count(*) FROM range(1000000) a, range(1000000) b, range(1000000) c WHERE a.range + b.range + c.range = 7
SELECT count(*) FROM range(100000000000) t(i) WHERE i % 7 = 3
SELECT count(*) FROM generate_series(1, 100000000000) t(i) WHERE hash(i) = 3
SELECT count(DISTINCT hash(a.range, b.range)) FROM range(1000000) a, range(1000000) b
SELECT sum(x) FROM (SELECT unnest([1, 2, 3]) AS x FROM range(100000000000))
SELECT count(*) FROM range(10000000) a JOIN range(10000000) b ON a.range < b.range
SELECT max(md5(a.range::VARCHAR)) FROM range(100000000) a, range(100000000) b
SELECT list_sum(list_transform(list(i), x -> x + 1)) FROM range(100000000000) t(i)
SELECT row_number() OVER (ORDER BY hash(a.range)) FROM range(1000000) a, range(1000000) b
