-- What was to wait longer and is asked for all the same is early.
SELECT *, next_attempt_at > $now AS early FROM core.pending
WHERE ($everything OR next_attempt_at <= $now) AND ($any_feed OR feed_id IN (SELECT unnest($feeds::VARCHAR[])))
ORDER BY queued_at, rank, url_key
LIMIT $limit
