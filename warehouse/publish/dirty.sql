-- Days to write again, with how many texts stand on each where whole texts are written.
WITH dirty AS (SELECT DISTINCT dataset, day FROM core.dirty_day), standing AS (
  SELECT 'articles' AS dataset, published_day AS day FROM core.article
  WHERE published_day IN (SELECT day FROM dirty WHERE dataset = 'articles')
  UNION ALL
  SELECT 'revisions', day FROM core.revision WHERE day IN (SELECT day FROM dirty WHERE dataset = 'revisions')
)
SELECT d.dataset, d.day, count(s.day) AS texts
FROM dirty d LEFT JOIN standing s ON s.dataset = d.dataset AND s.day = d.day
GROUP BY ALL ORDER BY ALL
