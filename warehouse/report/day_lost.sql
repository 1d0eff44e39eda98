-- Addresses first seen on one day that were skipped or given up, by reason.
SELECT reason, count(*) AS urls
FROM ops.outcomes
WHERE day = $1::DATE AND outcome IN ('failed', 'skipped')
GROUP BY reason
ORDER BY urls DESC
