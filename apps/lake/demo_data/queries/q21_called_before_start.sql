-- Placements whose candidate was reached in the four weeks before the first day.
SELECT p.recruiter, count(*) AS placements,
       count(*) FILTER (WHERE EXISTS (
         SELECT 1 FROM call_log l
         WHERE l.candidate_id = p.candidate_id AND l.outcome = 'connected'
           AND l.called_at >= p.start_date - INTERVAL 28 DAY AND l.called_at < p.start_date)) AS called_before
FROM placements p
GROUP BY p.recruiter
ORDER BY p.recruiter
