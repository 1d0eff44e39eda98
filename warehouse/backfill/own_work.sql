-- The pending work that only this backfill wants: of keys of chunks that it has opened, and that no other
-- running backfill lists.
WITH mine AS (
  SELECT t.url_key FROM core.backfill_target t
  JOIN core.backfill_chunk c ON c.backfill_id = t.backfill_id AND c.chunk = t.chunk AND c.state <> 'planned'
  WHERE t.backfill_id = $id AND t.reason IS NULL
), others AS (
  SELECT t.url_key FROM core.backfill_target t
  JOIN core.backfill b ON b.backfill_id = t.backfill_id AND b.state = 'running'
  WHERE t.backfill_id <> $id
)
SELECT p.*, false AS early
FROM core.pending p
WHERE p.kind IN ('backfill', 'capture')
  AND p.url_key IN (SELECT url_key FROM mine)
  AND p.url_key NOT IN (SELECT url_key FROM others)
ORDER BY p.rank, p.url_key
