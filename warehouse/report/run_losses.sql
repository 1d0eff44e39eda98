-- The URLs that became no article at `now`, the time of a run, and why.
SELECT outcome, coalesce(reason, '?') AS reason, url, left(coalesce(detail, ''), 200) AS detail
FROM ops.outcomes
WHERE "at" = $1 AND outcome IN ('failed', 'skipped')
ORDER BY outcome, reason, url
LIMIT $2
