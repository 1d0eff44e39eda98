-- ops.polls: one row per attempt at a feed.
-- * run_id: run
-- * feed_id: as mart.latency
-- * polled_at: when
-- * url: final address
-- * status: HTTP status; NULL without an answer
-- * not_modified: answered 304
-- * entries: entries in the document
-- * new: not seen before
-- * changed: title, summary or modification time moved
-- * touched: only publication time or link parameters moved
-- * capped: entries beyond entries_cap
-- * overflow: no overlap with the poll before: entries may have been missed
-- * bytes: decoded bytes
-- * seconds: duration
-- * reason: why it failed
-- * detail: as ops.feeds.last_detail
CREATE VIEW ops.polls AS
SELECT {columns of ops.polls}
FROM {polls};
