-- Gross margin with subtotals.
SELECT c.industry, year(t.week_ending) AS year, sum(t.bill_amount::DECIMAL(10,2)) AS revenue,
       sum(t.bill_amount::DECIMAL(10,2) - t.pay_amount::DECIMAL(10,2)) AS margin, count(DISTINCT t.candidate_id) AS people
FROM timesheets t
JOIN clients c ON c.client_id = t.client_id
GROUP BY ROLLUP (c.industry, year(t.week_ending))
ORDER BY c.industry NULLS LAST, year NULLS LAST
