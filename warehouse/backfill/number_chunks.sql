-- Numbers the chunks (temp table numbered: url_key, day, chunk). A chunk has at most $size keys of a day, or
-- several days of about $few keys together; all links to one key are in the same chunk. The keys that the
-- plan itself left out need no page and come first, $settled in a chunk: a chunk is opened in one
-- transaction, and there may be millions of them. Targets that an earlier plan put into chunks stay there.
CREATE OR REPLACE TEMP TABLE numbered AS
WITH one AS (
  SELECT url_key, bool_and(reason IS NOT NULL) AS settled, min(day) FILTER (WHERE reason IS NULL) AS day
  FROM core.backfill_target WHERE backfill_id = $id AND chunk IS NULL GROUP BY url_key
), before AS (
  SELECT coalesce(max(chunk) + 1, 0) AS last FROM core.backfill_chunk WHERE backfill_id = $id
), part AS (
  SELECT
    url_key, settled, day,
    (row_number() OVER (PARTITION BY settled, day ORDER BY url_key) - 1) // $size AS part
  FROM one
), slice AS (
  SELECT url_key, (row_number() OVER (ORDER BY url_key) - 1) // $settled AS chunk FROM one WHERE settled
), unit AS (
  SELECT
    day, part, count(*) AS keys,
    CASE WHEN $newest THEN -epoch(day::TIMESTAMP) ELSE epoch(day::TIMESTAMP) END AS place
  FROM part WHERE NOT settled GROUP BY day, part
), bucket AS (
  SELECT
    day, part,
    coalesce(
      sum(keys) OVER (ORDER BY place NULLS LAST, part ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0
    ) // $few AS bucket
  FROM unit
), chunk AS (
  SELECT
    day, part,
    (dense_rank() OVER (ORDER BY bucket) + (SELECT coalesce(max(chunk), 0) FROM slice))::INTEGER AS chunk
  FROM bucket
)
SELECT url_key, NULL::DATE AS day, (chunk + b.last)::INTEGER AS chunk FROM slice, before b
UNION ALL
SELECT p.url_key, p.day, (c.chunk + b.last)::INTEGER
FROM part p JOIN chunk c ON c.day IS NOT DISTINCT FROM p.day AND c.part = p.part, before b
WHERE NOT p.settled
