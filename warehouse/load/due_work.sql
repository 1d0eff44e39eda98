-- Returns pending work that is due at $now ($everything: all of it, `early` where it is not due yet), of
-- $feeds unless $any_feed, oldest first, $limit rows at most. Work of a backfill that is not done is left to
-- that backfill.
SELECT *, next_attempt_at > $now AS early FROM core.pending p
WHERE ($everything OR next_attempt_at <= $now) AND ($any_feed OR feed_id IN (SELECT unnest($feeds::VARCHAR[])))
  AND (p.kind NOT IN ('backfill', 'capture') OR p.url_key NOT IN (
    SELECT t.url_key FROM core.backfill_target t JOIN core.backfill b ON b.backfill_id = t.backfill_id WHERE b.state NOT IN ('done', 'incomplete', 'cancelled')))
ORDER BY queued_at, rank, url_key
LIMIT $limit
