-- ops.pending: work that waits.
-- * url: URL to fetch
-- * url_key: its identity
-- * feed_id: feed that listed it
-- * host: host, for fairness
-- * kind: new, refetch, recheck or backfill
-- * queued_at: when it was found
-- * next_attempt_at: not before
-- * attempts: tries so far
-- * last_reason: why the last try failed
-- * last_detail: in words
CREATE VIEW ops.pending AS
SELECT url, url_key, feed_id, host, kind, queued_at, next_attempt_at, attempts, last_reason, last_detail
FROM {pending};
