-- At a backfill's end: what has come due, and what failed once in it for a reason that may have passed. This second try counts, so
-- that none follows before its time; what waited already when its chunk was opened was tried elsewhere.
WITH mine AS (
  SELECT url_key, bool_or(reason IS NULL) AS own FROM core.backfill_target WHERE backfill_id = $id GROUP BY url_key
)
SELECT p.*, false AS early
FROM core.pending p JOIN mine m ON m.url_key = p.url_key
WHERE p.kind IN ('backfill', 'capture') AND (p.next_attempt_at <= $now OR (p.attempts = 1 AND m.own))
ORDER BY p.rank, p.url_key
