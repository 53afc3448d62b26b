-- Weekly revenue, its running total of the year and the mean of four weeks.
WITH weeks AS (
  SELECT week_ending, sum(bill_amount::DECIMAL(10,2)) AS revenue, count(*) AS sheets
  FROM timesheets
  GROUP BY week_ending
)
SELECT week_ending, sheets, revenue,
       sum(revenue) OVER (PARTITION BY year(week_ending) ORDER BY week_ending) AS year_to_date,
       sum(revenue) OVER (ORDER BY week_ending ROWS BETWEEN 3 PRECEDING AND CURRENT ROW) AS four_weeks
FROM weeks
ORDER BY week_ending
