-- plain: bind
-- Functions that work for long on one value: an interrupt is heard between vectors only.
SELECT list_reduce(range(200000000), lambda x, y: x + y)
SELECT list_reduce(list(range), (x, y) -> x + y) FROM range(20000000)
SELECT reduce(list(range), (x, y) -> x + y) FROM range(20000000)
SELECT array_reduce(list(range), (x, y) -> hash(x, y)) FROM range(20000000)
SELECT list_reduce([1, 2, 3], (x, y) -> len(range(x * 100000000)))
SELECT levenshtein(s, s || 'b') FROM (SELECT string_agg('a', '') AS s FROM range(200000))
SELECT editdist3(s, s || 'b') FROM (SELECT string_agg('a', '') AS s FROM range(200000))
SELECT damerau_levenshtein(s, s || 'b') FROM (SELECT string_agg('a', '') AS s FROM range(200000))
SELECT jaro_similarity(s, s || 'b') FROM (SELECT string_agg(range::VARCHAR, '') AS s FROM range(200000))
SELECT jaro_winkler_similarity(s, s || 'b') FROM (SELECT string_agg(range::VARCHAR, '') AS s FROM range(200000))
SELECT levenshtein(a.s, b.s) FROM (SELECT string_agg(range::VARCHAR, '') AS s FROM range(300000)) a, (SELECT string_agg(range::VARCHAR, '') AS s FROM range(300001)) b
SELECT length(lpad('x', 2000000000, 'y'))
SELECT list_transform(l, x -> list_sum(list_transform(l, y -> x * y))) FROM (SELECT list(range) AS l FROM range(200000))
SELECT list_filter(l, x -> list_contains(l, -x - 1)) FROM (SELECT list(range) AS l FROM range(200000))
SELECT len(list_transform(l, x -> list_position(l, -x - 1))) FROM (SELECT list(range) AS l FROM range(200000))
SELECT list_intersect(range(100000000), range(100000000))
