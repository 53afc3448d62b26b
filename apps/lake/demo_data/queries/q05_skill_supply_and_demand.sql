-- Candidates who have a skill against orders that ask for it.
WITH supply AS (
  SELECT lower(trim(skill)) AS skill, count(*) AS candidates
  FROM (SELECT unnest(string_split(replace(skills, ';', ','), ',')) AS skill FROM candidates WHERE status <> 'blocked')
  GROUP BY 1
), demand AS (
  SELECT lower(trim(skill)) AS skill, count(*) AS orders, sum(openings)::BIGINT AS seats
  FROM (SELECT unnest(string_split(required_skills, ',')) AS skill, openings FROM job_orders)
  GROUP BY 1
)
SELECT d.skill, d.orders, d.seats, coalesce(s.candidates, 0) AS candidates
FROM demand d
LEFT JOIN supply s ON s.skill = d.skill
ORDER BY d.seats DESC, d.skill
LIMIT 50
