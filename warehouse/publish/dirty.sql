-- Returns the days to write again, with the number of texts on each (of articles and revisions).
WITH dirty AS (SELECT DISTINCT dataset, day FROM core.dirty_day), standing AS (
  SELECT 'articles' AS dataset, published_day AS day FROM core.article
  WHERE published_day IN (SELECT day FROM dirty WHERE dataset = 'articles')
  UNION ALL
  SELECT 'revisions', day FROM core.revision WHERE day IN (SELECT day FROM dirty WHERE dataset = 'revisions')
)
SELECT d.dataset, d.day, count(s.day) AS texts
FROM dirty d LEFT JOIN standing s ON s.dataset = d.dataset AND s.day = d.day
GROUP BY ALL ORDER BY ALL
