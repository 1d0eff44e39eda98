-- ops.outcomes: one current outcome for every URL ever discovered.
-- * url: the URL as discovered
-- * url_key: identity it leads to
-- * outcome: loaded, revised, unchanged, duplicate_url, pending, skipped or failed
-- * reason: why it is no article, or not yet
-- * detail: as ops.feeds.last_detail
-- * at: when that was decided
-- * feed_id: as mart.funnel
-- * day: UTC day it was first seen
CREATE VIEW ops.outcomes AS
SELECT {columns of ops.outcomes}
FROM {outcomes};
