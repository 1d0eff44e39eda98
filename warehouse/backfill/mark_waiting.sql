-- Leaves out wanted keys for which an earlier backfill has pending work that failed: it keeps its time.
UPDATE core.backfill_target SET reason = $reason
WHERE backfill_id = $id AND reason IS NULL AND url_key IN (SELECT unnest($keys::VARCHAR[]))
