-- How much of the revenue the best clients make up.
WITH revenue AS (
  SELECT client_id, sum(bill_amount::DECIMAL(10,2)) AS revenue FROM timesheets GROUP BY client_id
), running AS (
  SELECT client_id, revenue, row_number() OVER w AS place, sum(revenue) OVER w AS so_far, sum(revenue) OVER () AS total
  FROM revenue
  WINDOW w AS (ORDER BY revenue DESC, client_id)
)
SELECT place, client_id, revenue, round(so_far::DOUBLE / total::DOUBLE, 6) AS share
FROM running
WHERE place IN (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
ORDER BY place
