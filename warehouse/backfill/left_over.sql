-- Work of a backfill that is still pending, due or not: all of it, and what no run has come to yet.
SELECT count(*), count(*) FILTER (WHERE p.last_reason IS NULL) FROM core.pending p
WHERE p.kind IN ('backfill', 'capture') AND p.url_key IN (SELECT url_key FROM core.backfill_target WHERE backfill_id = $id)
