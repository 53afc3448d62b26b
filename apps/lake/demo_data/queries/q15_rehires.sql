-- People who come back: number of assignments and days between them.
WITH gaps AS (
  SELECT candidate_id, start_date, start_date - lag(end_date) OVER (PARTITION BY candidate_id ORDER BY start_date) AS gap
  FROM placements
)
SELECT assignments, count(*) AS candidates, min(shortest) AS shortest_gap, max(longest) AS longest_gap
FROM (SELECT candidate_id, count(*) AS assignments, min(gap) AS shortest, max(gap) AS longest
      FROM gaps GROUP BY candidate_id)
GROUP BY assignments
ORDER BY assignments
