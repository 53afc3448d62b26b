-- The hourly rates that people mention on the telephone, month by month.
WITH mentioned AS (
  SELECT date_trunc('month', called_at)::DATE AS month, regexp_extract(notes, '\$([0-9]+)', 1)::INTEGER AS rate
  FROM call_log
  WHERE notes LIKE '%$%'
)
SELECT month, count(*) AS mentions, min(rate) AS lowest, round(avg(rate), 4) AS mean, max(rate) AS highest
FROM mentioned
GROUP BY month
ORDER BY month
