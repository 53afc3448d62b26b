-- Recency, frequency and revenue in quarters of all clients.
WITH figures AS (
  SELECT client_id, max(week_ending) AS latest, count(DISTINCT placement_id) AS placements,
         sum(bill_amount::DECIMAL(10,2)) AS revenue
  FROM timesheets
  GROUP BY client_id
), scored AS (
  SELECT client_id, revenue, ntile(4) OVER (ORDER BY latest, client_id) AS recency,
         ntile(4) OVER (ORDER BY placements, client_id) AS frequency,
         ntile(4) OVER (ORDER BY revenue, client_id) AS money
  FROM figures
)
SELECT c.industry, s.recency, s.frequency, s.money, count(*) AS clients, sum(s.revenue) AS revenue
FROM scored s
JOIN clients c ON c.client_id = s.client_id
GROUP BY c.industry, s.recency, s.frequency, s.money
ORDER BY revenue DESC, c.industry, s.recency, s.frequency, s.money
LIMIT 60
