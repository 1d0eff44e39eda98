-- mart.latency: how long after publication articles were loaded, by day and feed; only articles with an exact time of publication.
-- * day: published_day of the articles
-- * feed_id: id of the feed, as in feeds.toml
-- * articles: number of articles measured
-- * median_seconds: median of first_seen_at - published_at, in seconds
-- * p90_seconds: 90th percentile of the same
CREATE VIEW mart.latency AS
SELECT published_day AS day, feed_id, count(*) AS articles, median(epoch(first_seen_at - published_at)) AS median_seconds,
       quantile_cont(epoch(first_seen_at - published_at), 0.9) AS p90_seconds
FROM mart.articles
WHERE published_precision IN ('instant', 'minute')
GROUP BY published_day, feed_id;
