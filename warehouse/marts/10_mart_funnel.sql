-- mart.funnel: what became of the URLs discovered on a day, by feed. discovered = pending + loaded + duplicates + lost.
-- * day: UTC day on which the URLs were discovered
-- * feed_id: feed that listed the URL
-- * discovered: number of URLs discovered
-- * pending: of these, still to be fetched or tried again
-- * fetched: of these, answered with a page
-- * extracted: of these, an article could be extracted
-- * loaded: of these, now articles (outcome loaded, revised or unchanged)
-- * duplicates: of these, further addresses of an article that another URL already counts for
-- * lost: of these, failed or skipped, each with a reason
-- * by_reason: number of URLs by reason, lost and pending ones together
CREATE VIEW mart.funnel AS
SELECT day, feed_id, count(*) AS discovered, count(*) FILTER (WHERE outcome = 'pending') AS pending, count(*) FILTER (WHERE fetched) AS fetched,
       count(*) FILTER (WHERE extracted) AS extracted, count(*) FILTER (WHERE outcome IN ('loaded', 'revised', 'unchanged')) AS loaded,
       count(*) FILTER (WHERE outcome = 'duplicate_url') AS duplicates, count(*) FILTER (WHERE outcome IN ('failed', 'skipped')) AS lost,
       histogram(reason) FILTER (WHERE reason IS NOT NULL) AS by_reason
FROM {outcomes}
GROUP BY day, feed_id;
