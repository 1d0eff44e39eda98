-- Days ($1 to $2) on which a feed had less than a quarter of its usual articles; neighbouring days are one
-- row. Usual is the median of the same weekday where three of them are known, else of all days. A feed's days
-- are counted from its first article on.
WITH counted AS (
  SELECT feed_id, published_day AS day, count(*) AS articles FROM mart.articles_all
  WHERE feed_id IS NOT NULL AND published_day BETWEEN $1::DATE - 28 AND $2::DATE GROUP BY ALL
), since AS (
  SELECT feed_id, min(day) AS day FROM counted GROUP BY feed_id
), calendar AS (
  SELECT s.feed_id, d.day::DATE AS day
  FROM since s, generate_series(
    greatest(s.day, $1::DATE - 28)::TIMESTAMP, $2::DATE::TIMESTAMP, INTERVAL 1 DAY
  ) AS d(day)
), volume AS (
  SELECT c.feed_id, c.day, coalesce(n.articles, 0) AS articles
  FROM calendar c LEFT JOIN counted n USING (feed_id, day)
), usual AS (
  SELECT v.*, median(articles) OVER (PARTITION BY feed_id) AS overall,
         median(articles) OVER (PARTITION BY feed_id, dayofweek(day)) AS weekday,
         count(*) OVER (PARTITION BY feed_id, dayofweek(day)) AS weekdays
  FROM volume v
), low AS (
  SELECT
    feed_id, day, articles,
    CASE WHEN weekdays >= 3 THEN least(weekday, overall) ELSE overall END AS usual
  FROM usual
  WHERE day >= $1::DATE
), gap AS (
  SELECT *, day - (row_number() OVER (PARTITION BY feed_id ORDER BY day))::INTEGER AS island FROM low
  WHERE usual >= 2 AND articles < usual / 4
)
SELECT
  feed_id, min(day) AS first, max(day) AS last, sum(articles)::BIGINT AS articles,
  round(avg(usual), 1) AS usual
FROM gap GROUP BY feed_id, island ORDER BY first, feed_id
