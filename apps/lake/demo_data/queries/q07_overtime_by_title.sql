-- The titles with the highest share of overtime among those with at least a thousand hours.
SELECT j.title, count(*) AS weeks, sum(t.hours::DECIMAL(6,2)) AS hours, sum(t.overtime_hours::DECIMAL(6,2)) AS overtime,
       round(sum(t.overtime_hours::DECIMAL(6,2))::DOUBLE / sum(t.hours::DECIMAL(6,2))::DOUBLE, 6) AS share
FROM timesheets t
JOIN placements p ON p.placement_id = t.placement_id
JOIN job_orders j ON j.job_id = p.job_id
GROUP BY j.title
HAVING sum(t.hours::DECIMAL(6,2)) >= 1000
ORDER BY share DESC, j.title
LIMIT 25
