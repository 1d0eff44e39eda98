-- The number of a backfill's pages that are still pending, due or not, and of those among them that were
-- never tried.
SELECT count(*), count(*) FILTER (WHERE p.last_reason IS NULL) FROM core.pending p
WHERE p.kind IN ('backfill', 'capture')
  AND p.url_key IN (SELECT url_key FROM core.backfill_target WHERE backfill_id = $id)
