-- The next capture of each page that has no pending work: the captures of a page are loaded one after
-- another.
WITH mine AS (
  SELECT * FROM core.backfill_target WHERE backfill_id = $id AND reason IS NULL
  QUALIFY row_number() OVER (PARTITION BY url_key ORDER BY rank, url) = 1
), next AS (
  -- joined before the limit, so that captures whose target is gone do not use it up
  SELECT c.* FROM core.backfill_capture c SEMI JOIN mine m ON m.url_key = c.url_key
  WHERE c.backfill_id = $id AND c.url_key NOT IN (SELECT url_key FROM core.pending)
  QUALIFY row_number() OVER (PARTITION BY c.url_key ORDER BY c.captured_at, c.page_file, c.page_offset) = 1
  ORDER BY c.url_key LIMIT $limit
)
SELECT t.* REPLACE (
  n.page_file AS page_file, n.page_offset AS page_offset, n.page_length AS page_length,
  coalesce(n.hints, t.hints) AS hints
)
FROM next n JOIN mine t ON t.url_key = n.url_key
