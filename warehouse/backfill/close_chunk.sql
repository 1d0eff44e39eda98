-- A chunk of which every page was tried.
UPDATE core.backfill_chunk SET state = 'done', leased_by = NULL, leased_until = NULL
WHERE backfill_id = $id AND chunk = $chunk
