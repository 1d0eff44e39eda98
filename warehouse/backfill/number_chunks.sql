-- Chunks by day, at most $size keys each; links to one key stay together. 0: what the plan settled, which needs no page.
CREATE OR REPLACE TEMP TABLE numbered AS
WITH one AS (
  SELECT url_key, bool_and(reason IS NOT NULL) AS settled, min(day) FILTER (WHERE reason IS NULL) AS day
  FROM core.backfill_target WHERE backfill_id = $id GROUP BY url_key
), part AS (
  SELECT url_key, settled, day, (row_number() OVER (PARTITION BY settled, day ORDER BY url_key) - 1) // $size AS part FROM one
)
SELECT url_key, day, 0 AS chunk FROM part WHERE settled
UNION ALL
SELECT url_key, day, dense_rank() OVER (ORDER BY CASE WHEN $newest THEN -epoch(day::TIMESTAMP) ELSE epoch(day::TIMESTAMP) END NULLS LAST, part)::INTEGER
FROM part WHERE NOT settled
