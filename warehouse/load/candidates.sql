-- Texts that share two hashes and more within 30 days, the ten best for each staged one. A hash that stands in very many texts of
-- a text's own window says nothing.
WITH met AS (
  SELECT s.hash, s.article_id::UUID AS article_id, f.article_id AS other, f.day
  FROM core.fingerprint f
  JOIN staged s ON s.hash = f.hash AND f.day BETWEEN s.day - 30 AND s.day + 30
  WHERE f.day BETWEEN $first::DATE - 30 AND $last::DATE + 30
), rare AS (
  SELECT article_id, hash FROM met GROUP BY article_id, hash HAVING count(*) <= 1000
)
SELECT article_id::VARCHAR AS article_id, other::VARCHAR AS other, any_value(day) AS day
FROM met SEMI JOIN rare USING (article_id, hash)
WHERE met.other <> met.article_id
GROUP BY met.article_id, met.other
HAVING count(*) >= 2
QUALIFY row_number() OVER (PARTITION BY met.article_id ORDER BY count(*) DESC, met.other) <= 10
