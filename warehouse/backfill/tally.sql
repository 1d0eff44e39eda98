-- The number of a backfill's URLs by outcome and reason. Of several links that resolve to one key, the first
-- has the key's outcome, and the others are duplicates.
WITH mine AS (
  SELECT DISTINCT url, url_key FROM core.backfill_target WHERE backfill_id = $id
), ranked AS (
  SELECT
    l.url, l.link_key, l.url_key,
    row_number() OVER (
      PARTITION BY l.url_key ORDER BY (l.link_key = l.url_key) DESC, l.rank, l.url
    ) AS place
  FROM core.alias l
  WHERE l.kind = 'link'
    AND l.url_key IN (SELECT a.url_key FROM core.alias a JOIN mine m ON m.url = a.url AND a.kind = 'link')
)
SELECT
  CASE WHEN r.place > 1 THEN 'duplicate_url' ELSE o.outcome END AS outcome,
  CASE WHEN r.place = 1 THEN o.reason END AS reason,
  count(*) AS urls
FROM mine m
JOIN ranked r ON r.url = m.url
JOIN core.outcome o ON o.link_key = r.link_key
GROUP BY ALL ORDER BY ALL
