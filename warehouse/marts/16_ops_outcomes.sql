-- ops.outcomes: the current outcome of every URL ever discovered, one row each.
-- * url: URL as discovered
-- * url_key: identity of the article that the URL resolves to
-- * outcome: loaded, revised, unchanged, duplicate_url, pending, skipped or failed
-- * reason: why the URL is no article, or not yet
-- * detail: as ops.feeds.last_detail
-- * at: when the outcome was decided
-- * feed_id: as mart.funnel
-- * day: UTC day on which the URL was discovered
CREATE VIEW ops.outcomes AS
SELECT {columns of ops.outcomes}
FROM {outcomes};
