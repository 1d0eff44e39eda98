-- The pending work of kind $kind that is due, for the keys of a chunk (without $chunk: of the whole
-- backfill), in order of the days of its targets: the oldest first, or with $newest the newest.
WITH mine AS (
  SELECT url_key, min(t.day) FILTER (WHERE reason IS NULL) AS target_day FROM core.backfill_target t
  WHERE backfill_id = $id AND ($chunk IS NULL OR chunk = $chunk) GROUP BY url_key
)
SELECT p.*, false AS early
FROM core.pending p JOIN mine m ON m.url_key = p.url_key
WHERE p.kind = $kind AND p.next_attempt_at <= $now
ORDER BY
  CASE WHEN $newest THEN -epoch(m.target_day::TIMESTAMP) ELSE epoch(m.target_day::TIMESTAMP) END NULLS LAST,
  p.rank, p.url_key
