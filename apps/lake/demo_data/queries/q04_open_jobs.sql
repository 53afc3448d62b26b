-- Seats that are still to be filled, by city, with the oldest order.
WITH taken AS (
  SELECT job_id, count(*) AS seats FROM placements WHERE status = 'active' GROUP BY job_id
)
SELECT j.city, j.state, count(*) AS orders, sum(j.openings - coalesce(t.seats, 0))::BIGINT AS seats_left,
       min(j.opened_on) AS oldest, max(j.bill_rate::DECIMAL(10,2)) AS best_rate
FROM job_orders j
LEFT JOIN taken t ON t.job_id = j.job_id
WHERE j.status = 'open'
GROUP BY j.city, j.state
ORDER BY seats_left DESC, j.city, j.state
