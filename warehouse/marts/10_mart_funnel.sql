-- mart.funnel: what became of the URLs discovered on a day, by feed: discovered = pending + loaded + duplicates + lost.
-- * day: UTC day on which the URL was first seen
-- * feed_id: feed that listed it
-- * discovered: URLs first seen
-- * pending: still to be fetched or tried again
-- * fetched: answered with bytes
-- * extracted: gave an article
-- * loaded: are rows (loaded, revised or unchanged)
-- * duplicates: lead to an article that another URL stands for
-- * lost: failed or skipped, each with a reason
-- * by_reason: lost and pending URLs by reason
CREATE VIEW mart.funnel AS
SELECT day, feed_id, count(*) AS discovered, count(*) FILTER (WHERE outcome = 'pending') AS pending, count(*) FILTER (WHERE fetched) AS fetched,
       count(*) FILTER (WHERE extracted) AS extracted, count(*) FILTER (WHERE outcome IN ('loaded', 'revised', 'unchanged')) AS loaded,
       count(*) FILTER (WHERE outcome = 'duplicate_url') AS duplicates, count(*) FILTER (WHERE outcome IN ('failed', 'skipped')) AS lost,
       histogram(reason) FILTER (WHERE reason IS NOT NULL) AS by_reason
FROM {outcomes}
GROUP BY day, feed_id;
