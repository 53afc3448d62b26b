-- Candidates who are the same person: same name and, but for case, the same e-mail address.
WITH ranked AS (
  SELECT candidate_id, first_name, last_name, lower(email) AS email,
         row_number() OVER (PARTITION BY first_name, last_name, lower(email) ORDER BY candidate_id) AS registration
  FROM candidates
  WHERE email IS NOT NULL
)
SELECT candidate_id, first_name, last_name, email, registration
FROM ranked
WHERE registration > 1
ORDER BY last_name, first_name, candidate_id
LIMIT 200
