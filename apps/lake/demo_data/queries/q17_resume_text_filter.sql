-- Keyword search the way it is done without an index.
SELECT state, status, count(*) AS people, min(candidate_id) AS first_candidate
FROM candidates
WHERE (resume_text ILIKE '%night shift%' OR resume_text ILIKE '%relocation%')
  AND resume_text NOT ILIKE '%entry-level%'
  AND regexp_matches(skills, '(?i)\b(forklift|cdl a|epic|python)\b')
GROUP BY state, status
ORDER BY people DESC, state, status
