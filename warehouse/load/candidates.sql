-- Texts that share two hashes and more within 30 days, the ten best for each staged one. A hash that stands in very many texts of
-- a text's own window says nothing. Forms bring hundreds of thousands of meetings: they are counted by a number for each staged text.
WITH mine AS MATERIALIZED (
  SELECT hash, article_id, day, dense_rank() OVER (ORDER BY article_id) AS number FROM staged
), met AS MATERIALIZED (
  SELECT m.number, m.hash, f.article_id AS other, f.day
  FROM core.fingerprint f
  JOIN mine m ON m.hash = f.hash AND f.day BETWEEN m.day - 30 AND m.day + 30
  WHERE f.day BETWEEN $first::DATE - 30 AND $last::DATE + 30
), common AS (
  SELECT number, hash FROM met GROUP BY number, hash HAVING count(*) > 1000
), near AS (
  SELECT number, other, any_value(day) AS day, count(*) AS shared
  FROM met ANTI JOIN common USING (number, hash)
  GROUP BY number, other
  HAVING count(*) >= 2
)
SELECT i.article_id, n.other::VARCHAR AS other, n.day
FROM near n JOIN (SELECT DISTINCT number, article_id FROM mine) i USING (number)
WHERE n.other <> i.article_id::UUID
QUALIFY row_number() OVER (PARTITION BY number ORDER BY n.shared DESC, n.other) <= 10
