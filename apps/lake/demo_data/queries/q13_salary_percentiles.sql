-- Desired salaries by state and experience band.
SELECT state, years_experience // 5 * 5 AS years_from, count(*) AS people,
       quantile_cont(desired_salary::DOUBLE, 0.25) AS p25, median(desired_salary::DOUBLE) AS p50,
       quantile_cont(desired_salary::DOUBLE, 0.75) AS p75, max(desired_salary::DECIMAL(10,2)) AS highest
FROM candidates
WHERE desired_salary IS NOT NULL AND years_experience IS NOT NULL
GROUP BY 1, 2
ORDER BY 1, 2
