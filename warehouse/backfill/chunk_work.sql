-- What is still to be tried of a chunk; with $leftover, of the whole backfill and whether its time has come or not.
SELECT p.*, p.next_attempt_at > $now AS early FROM core.pending p
WHERE p.kind = 'backfill' AND ($leftover OR p.next_attempt_at <= $now)
  AND p.url_key IN (SELECT url_key FROM core.backfill_target WHERE backfill_id = $id AND ($leftover OR chunk = $chunk))
ORDER BY p.queued_at, p.rank, p.url_key
