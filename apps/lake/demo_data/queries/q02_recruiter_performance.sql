-- Calls, placements and margin per recruiter, side by side.
WITH calls AS (
  SELECT recruiter, count(*) AS calls, count(*) FILTER (WHERE outcome = 'connected') AS connected
  FROM call_log
  GROUP BY recruiter
), work AS (
  SELECT p.recruiter, count(DISTINCT p.placement_id) AS placements, count(DISTINCT p.client_id) AS clients,
         sum(t.bill_amount::DECIMAL(10,2) - t.pay_amount::DECIMAL(10,2)) AS margin
  FROM placements p
  JOIN timesheets t ON t.placement_id = p.placement_id
  GROUP BY p.recruiter
)
SELECT w.recruiter, w.placements, w.clients, w.margin, c.calls, c.connected,
       round(c.calls / w.placements, 2) AS calls_per_placement
FROM work w
JOIN calls c ON c.recruiter = w.recruiter
ORDER BY w.margin DESC, w.recruiter
