-- The hosts with the most pages still to fetch, by the reason of the last attempt (`new`: no attempt yet).
SELECT host, coalesce(last_reason, 'new') AS reason, count(*) AS urls, min(next_attempt_at) AS next_attempt_at
FROM ops.pending
GROUP BY ALL
ORDER BY urls DESC
LIMIT 20
