-- The three best clients of every quarter.
WITH quarters AS (
  SELECT date_trunc('quarter', t.week_ending)::DATE AS quarter, t.client_id,
         sum(t.bill_amount::DECIMAL(10,2)) AS revenue
  FROM timesheets t
  GROUP BY 1, 2
), ranked AS (
  SELECT *, row_number() OVER (PARTITION BY quarter ORDER BY revenue DESC, client_id) AS place
  FROM quarters
)
SELECT r.quarter, r.place, c.client_id, c.name, c.industry, r.revenue
FROM ranked r
JOIN clients c ON c.client_id = r.client_id
WHERE r.place <= 3
ORDER BY r.quarter, r.place
