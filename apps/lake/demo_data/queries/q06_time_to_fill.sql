-- Days from order to first start, by industry: median and 90th percentile.
WITH first_start AS (
  SELECT job_id, min(start_date) AS started FROM placements GROUP BY job_id
)
SELECT c.industry, count(*) AS filled, quantile_cont(f.started - j.opened_on, 0.5) AS median_days,
       quantile_cont(f.started - j.opened_on, 0.9) AS p90_days
FROM job_orders j
JOIN first_start f ON f.job_id = j.job_id
JOIN clients c ON c.client_id = j.client_id
GROUP BY c.industry
ORDER BY c.industry
