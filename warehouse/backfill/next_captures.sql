-- The next capture of each page whose earlier ones are through: of a key one is pending at a time.
WITH mine AS (
  SELECT * FROM core.backfill_target WHERE backfill_id = $id AND reason IS NULL
  QUALIFY row_number() OVER (PARTITION BY url_key ORDER BY rank, url) = 1
), next AS (
  -- joined before the limit: captures that no target stands for any more must not be in the way of others
  SELECT c.* FROM core.backfill_capture c SEMI JOIN mine m ON m.url_key = c.url_key
  WHERE c.backfill_id = $id AND c.url_key NOT IN (SELECT url_key FROM core.pending)
  QUALIFY row_number() OVER (PARTITION BY c.url_key ORDER BY c.captured_at, c.page_file, c.page_offset) = 1
  ORDER BY c.url_key LIMIT $limit
)
SELECT t.* REPLACE (n.page_file AS page_file, n.page_offset AS page_offset, n.page_length AS page_length)
FROM next n JOIN mine t ON t.url_key = n.url_key
