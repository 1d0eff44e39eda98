-- Which article each asked key leads to: its own, else by alias; with the hash of every text it ever had.
WITH lead AS (
  SELECT s.url_key AS asked, a.url_key AS target, 1 AS preference
  FROM staged s JOIN core.article a ON a.url_key = s.url_key
  UNION ALL
  SELECT s.url_key, l.url_key, 2
  FROM staged s JOIN core.alias l ON l.link_key = s.url_key
), best AS (
  SELECT asked, target FROM lead
  WHERE target IN (SELECT url_key FROM core.article)
  QUALIFY row_number() OVER (PARTITION BY asked ORDER BY preference, target) = 1
), seen AS (
  SELECT article_id, list(DISTINCT text_hash) AS seen FROM core.revision
  WHERE article_id IN (SELECT a.article_id FROM best b JOIN core.article a ON a.url_key = b.target)
  GROUP BY article_id
)
SELECT b.asked, a.*, seen.seen
FROM best b
JOIN core.article a ON a.url_key = b.target
LEFT JOIN seen ON seen.article_id = a.article_id
