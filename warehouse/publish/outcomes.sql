-- published/outcomes: the current outcome of each discovered URL. Among links that resolve to one key one is
-- primary: the one that is the key itself, or else the one with the smallest rank; the others are
-- duplicate_url. A primary link that could not be fetched counts as loaded where another link led to the
-- article. Order of arrival plays no part.
WITH dirty_key AS (
  SELECT DISTINCT url_key FROM core.alias WHERE kind = 'link' AND day IN (SELECT day FROM publish_day)
), ranked AS (
  SELECT l.url, l.url_key, l.feed_id, l.day, o.outcome, o.reason, o.detail, o.decided_at, o.fetched, o.extracted,
         row_number() OVER (PARTITION BY l.url_key ORDER BY (l.link_key = l.url_key) DESC, l.rank, l.url) AS place,
         o.outcome IN ('failed', 'skipped') AND bool_or(o.outcome IN ('loaded', 'revised', 'unchanged')) OVER links AS loaded_by_another,
         bool_or(o.fetched) OVER links AS any_fetched,
         bool_or(o.extracted) OVER links AS any_extracted
  FROM core.alias l JOIN core.outcome o ON o.link_key = l.link_key
  WHERE l.kind = 'link' AND l.url_key IN (SELECT url_key FROM dirty_key)
  WINDOW links AS (PARTITION BY l.url_key)
)
SELECT url, url_key, feed_id,
       CASE WHEN place > 1 THEN 'duplicate_url' WHEN loaded_by_another THEN 'loaded' ELSE outcome END AS outcome,
       CASE WHEN place = 1 AND NOT loaded_by_another THEN reason END AS reason,
       CASE WHEN place = 1 AND NOT loaded_by_another THEN detail END AS detail,
       decided_at AS "at",
       place = 1 AND any_fetched AS fetched,
       place = 1 AND any_extracted AS extracted,
       day
FROM ranked
WHERE day IN (SELECT day FROM publish_day)
ORDER BY day, url_key, place
