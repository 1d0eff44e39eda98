-- mart.latency: how long after publication articles were loaded, by day and feed; only where the time is exact.
-- * day: published_day
-- * feed_id: feed
-- * articles: articles counted
-- * median_seconds: median of first_seen_at - published_at
-- * p90_seconds: nine in ten were seen within
CREATE VIEW mart.latency AS
SELECT published_day AS day, feed_id, count(*) AS articles, median(epoch(first_seen_at - published_at)) AS median_seconds,
       quantile_cont(epoch(first_seen_at - published_at), 0.9) AS p90_seconds
FROM mart.articles
WHERE published_precision IN ('instant', 'minute')
GROUP BY published_day, feed_id;
