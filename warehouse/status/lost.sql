-- Addresses that were skipped or given up, by reason.
SELECT reason, count(*) AS urls, max("at") AS last_at
FROM ops.outcomes
WHERE outcome IN ('failed', 'skipped')
GROUP BY reason
ORDER BY urls DESC
