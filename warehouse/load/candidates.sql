-- Returns pairs worth verifying: for each staged text (hash, article_id, day) the ten texts that share the
-- most hashes with it, two at least, published within 30 days of it. A hash that more than 1,000 texts share
-- within those days says nothing and is left out. Forms bring hundreds of thousands of matches: they are
-- counted by a number for each staged text. $first, $last: the days of the staged texts.
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
