-- ops.pending: work that waits.
-- * url: URL to fetch
-- * url_key: its identity
-- * feed_id: as mart.funnel
-- * host: host, for fairness
-- * kind: new, refetch, recheck or backfill
-- * queued_at: when it was found
-- * next_attempt_at: not before
-- * attempts: tries so far
-- * last_reason: why the last try failed
-- * last_detail: as ops.feeds
CREATE VIEW ops.pending AS
SELECT {columns of ops.pending}
FROM {pending};
