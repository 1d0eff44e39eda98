-- Writes a row for each chunk that number_chunks made.
INSERT INTO core.backfill_chunk BY NAME
SELECT t.backfill_id, t.chunk, min(n.day) AS day, count(*)::INTEGER AS targets, 'planned' AS state, 0 AS done
FROM core.backfill_target t JOIN numbered n ON n.url_key = t.url_key AND n.chunk = t.chunk
WHERE t.backfill_id = $id
GROUP BY t.backfill_id, t.chunk
