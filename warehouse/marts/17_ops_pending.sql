-- ops.pending: pages that are still to be fetched.
-- * url: URL to fetch
-- * url_key: identity of that URL
-- * feed_id: as mart.funnel
-- * host: host of that URL: hosts take turns
-- * kind: why it is to be fetched: new (a new link), refetch (its feed says that it changed), recheck (a young article may have changed), backfill, capture (a later capture of a backfill's page), entry (the feed's entry has the text, no page is needed)
-- * queued_at: when the URL was queued
-- * next_attempt_at: not tried before this time
-- * attempts: number of attempts so far
-- * last_reason: why the last attempt failed
-- * last_detail: as ops.feeds
CREATE VIEW ops.pending AS
SELECT {columns of ops.pending}
FROM {pending};
