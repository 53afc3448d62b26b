-- Assignments that were running on the first of every month.
SELECT m.month, count(*) AS at_work, count(DISTINCT p.client_id) AS clients, max(p.bill_rate::DECIMAL(10,2)) AS best_rate
FROM (SELECT first_day::DATE AS month
      FROM generate_series(TIMESTAMP '2023-02-01', TIMESTAMP '2025-12-01', INTERVAL 1 MONTH) AS months(first_day)) m
JOIN placements p ON p.start_date <= m.month AND coalesce(p.end_date, DATE '9999-12-31') >= m.month
GROUP BY m.month
ORDER BY m.month
