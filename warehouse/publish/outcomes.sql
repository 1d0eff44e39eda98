-- published/outcomes: one current outcome for each discovered URL. Of the links that lead to one key one is primary, the one
-- that spells the key itself, else the smallest rank; the rest are duplicate_url. Order of arrival plays no part.
WITH dirty_key AS (
  SELECT DISTINCT url_key FROM core.alias WHERE kind = 'link' AND day IN (SELECT day FROM publish_day)
), ranked AS (
  SELECT l.*, row_number() OVER (PARTITION BY l.url_key ORDER BY (l.link_key = l.url_key) DESC, l.rank, l.url) AS place
  FROM core.alias l
  WHERE l.kind = 'link' AND l.url_key IN (SELECT url_key FROM dirty_key)
)
SELECT l.url, l.url_key, l.feed_id,
       CASE WHEN l.place > 1 THEN 'duplicate_url' ELSE o.outcome END AS outcome,
       CASE WHEN l.place = 1 THEN o.reason END AS reason,
       CASE WHEN l.place = 1 THEN o.detail END AS detail,
       o.decided_at AS "at",
       l.place = 1 AND o.fetched AS fetched,
       l.place = 1 AND o.extracted AS extracted,
       l.day
FROM ranked l
JOIN core.outcome o ON o.link_key = l.link_key
WHERE l.day IN (SELECT day FROM publish_day)
ORDER BY l.day, l.url_key, l.place
