-- Texts that share two hashes and more within 30 days; a hash that stands in very many texts says nothing. The ten best each.
WITH mine AS (
  SELECT f.hash, f.article_id, f.day FROM core.fingerprint f
  WHERE f.article_id IN (SELECT article_id::UUID FROM staged)
    AND f.day >= (SELECT min(a.published_day) FROM core.article a WHERE a.article_id IN (SELECT article_id::UUID FROM staged))
), met AS (
  SELECT m.hash, m.article_id, f.article_id AS other
  FROM core.fingerprint f
  JOIN mine m ON m.hash = f.hash AND f.day BETWEEN m.day - 30 AND m.day + 30
  WHERE f.day >= (SELECT min(day) - 30 FROM mine) AND f.day <= (SELECT max(day) + 30 FROM mine)
), rare AS (
  SELECT hash FROM met GROUP BY hash HAVING count(DISTINCT other) <= 1000
)
SELECT article_id, other
FROM met SEMI JOIN rare USING (hash)
WHERE other <> article_id
GROUP BY article_id, other
HAVING count(*) >= 2
QUALIFY row_number() OVER (PARTITION BY article_id ORDER BY count(*) DESC, other) <= 10
