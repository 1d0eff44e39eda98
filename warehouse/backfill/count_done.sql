-- Adds to the number of pages of a chunk that were tried, and extends its lease.
UPDATE core.backfill_chunk SET done = done + $tried, leased_until = $until
WHERE backfill_id = $id AND chunk = $chunk
