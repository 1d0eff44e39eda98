-- Work of a backfill that no run has come to yet.
SELECT count(*) FROM core.pending p
WHERE p.kind IN ('backfill', 'capture') AND p.last_reason IS NULL AND p.url_key IN (SELECT url_key FROM core.backfill_target WHERE backfill_id = $id)
