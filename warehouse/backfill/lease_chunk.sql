-- Notes which run works on a chunk, and until when `ingest backfill status` shows it so.
UPDATE core.backfill_chunk SET state = 'open', leased_by = $run_id, leased_until = $until
WHERE backfill_id = $id AND chunk = $chunk
