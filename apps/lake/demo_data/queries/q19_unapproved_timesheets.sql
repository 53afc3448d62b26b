-- Money that cannot be invoiced yet or at all.
SELECT c.client_id, c.name, count(*) FILTER (WHERE t.approved IS NULL) AS pending,
       count(*) FILTER (WHERE NOT t.approved) AS rejected,
       sum(t.bill_amount::DECIMAL(10,2)) AS amount, max(t.week_ending) AS latest
FROM timesheets t
JOIN clients c ON c.client_id = t.client_id
WHERE t.approved IS DISTINCT FROM true
GROUP BY c.client_id, c.name
ORDER BY amount DESC, c.client_id
LIMIT 30
