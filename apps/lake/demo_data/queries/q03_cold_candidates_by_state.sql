-- Active candidates whom nobody has called or written to in the last half year.
SELECT a.state, count(*) AS cold, min(a.candidate_id) AS first_candidate,
       count(*) FILTER (WHERE a.email IS NOT NULL) AS reachable_by_email
FROM candidates a
WHERE a.status = 'active'
  AND NOT EXISTS (SELECT 1 FROM call_log l
                  WHERE l.candidate_id = a.candidate_id AND l.called_at >= TIMESTAMP '2025-07-01 00:00:00')
  AND NOT EXISTS (SELECT 1 FROM email_log e
                  WHERE e.candidate_id = a.candidate_id AND e.sent_at >= TIMESTAMP '2025-07-01 00:00:00')
GROUP BY a.state
ORDER BY cold DESC, a.state
