-- Writes the chunk numbers (number_chunks) to the targets.
UPDATE core.backfill_target t SET chunk = n.chunk FROM numbered n
WHERE t.backfill_id = $id AND t.url_key = n.url_key AND t.chunk IS NULL
