-- The work that is tried at the end of a backfill: all that is due by then, and what failed once during the
-- backfill, before its time, because the reason may have passed. It counts as an attempt, so that the next
-- one waits for its time. Keys that were left out as `retry` when their chunk was opened are not tried early:
-- an earlier backfill tried them.
WITH mine AS (
  SELECT url_key, bool_or(reason IS NULL) AS own
  FROM core.backfill_target WHERE backfill_id = $id GROUP BY url_key
)
SELECT p.*, false AS early
FROM core.pending p JOIN mine m ON m.url_key = p.url_key
WHERE p.kind IN ('backfill', 'capture') AND (p.next_attempt_at <= $now OR (p.attempts = 1 AND m.own))
ORDER BY p.rank, p.url_key
