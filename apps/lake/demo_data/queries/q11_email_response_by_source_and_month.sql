-- How the answers to e-mails develop per source of candidates.
SELECT coalesce(a.source, 'unknown') AS source, date_trunc('month', e.sent_at)::DATE AS month, count(*) AS sent,
       count(*) FILTER (WHERE e.opened) AS opened, count(*) FILTER (WHERE e.replied) AS replied
FROM email_log e
JOIN candidates a ON a.candidate_id = e.candidate_id
GROUP BY 1, 2
ORDER BY 1, 2
