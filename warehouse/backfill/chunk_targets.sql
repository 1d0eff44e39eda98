-- The targets of a chunk, the best link of each key first.
SELECT * FROM core.backfill_target WHERE backfill_id = $id AND chunk = $chunk ORDER BY rank, url
