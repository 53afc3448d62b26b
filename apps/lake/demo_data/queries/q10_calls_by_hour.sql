-- When people pick up the telephone.
SELECT dayofweek(called_at) AS weekday, hour(called_at) AS hour, count(*) AS calls,
       count(*) FILTER (WHERE outcome = 'connected') AS connected,
       count(*) FILTER (WHERE outcome = 'voicemail') AS voicemail,
       count(*) FILTER (WHERE outcome = 'no_answer') AS no_answer,
       sum(duration_secs)::BIGINT AS seconds
FROM call_log
WHERE direction = 'outbound'
GROUP BY 1, 2
ORDER BY 1, 2
