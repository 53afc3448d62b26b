-- Calls and e-mails together, with the first and the last contact.
WITH contacts AS (
  SELECT candidate_id, called_at AS at, 'call' AS kind FROM call_log WHERE candidate_id IS NOT NULL
  UNION ALL
  SELECT candidate_id, sent_at AS at, 'email' AS kind FROM email_log
)
SELECT a.candidate_id, a.first_name, a.last_name, a.status, count(*) AS contacts,
       count(*) FILTER (WHERE k.kind = 'call') AS calls, min(k.at) AS first_contact, max(k.at) AS last_contact
FROM contacts k
JOIN candidates a ON a.candidate_id = k.candidate_id
GROUP BY a.candidate_id, a.first_name, a.last_name, a.status
ORDER BY contacts DESC, a.candidate_id
LIMIT 20
