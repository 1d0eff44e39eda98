-- The first chunk above number $after that is not done.
SELECT chunk, day, targets, state FROM core.backfill_chunk
WHERE backfill_id = $id AND chunk > $after AND state <> 'done'
ORDER BY chunk LIMIT 1
