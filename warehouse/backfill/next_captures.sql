-- The next capture of each page whose earlier ones are through: of a key one is pending at a time.
WITH next AS (
  SELECT * FROM core.backfill_capture WHERE backfill_id = $id AND url_key NOT IN (SELECT url_key FROM core.pending)
  QUALIFY row_number() OVER (PARTITION BY url_key ORDER BY captured_at, page_file, page_offset) = 1
  ORDER BY url_key LIMIT $limit
)
SELECT t.* REPLACE (n.page_file AS page_file, n.page_offset AS page_offset, n.page_length AS page_length)
FROM next n JOIN core.backfill_target t ON t.backfill_id = n.backfill_id AND t.url_key = n.url_key
WHERE t.reason IS NULL
QUALIFY row_number() OVER (PARTITION BY t.url_key ORDER BY t.rank, t.url) = 1
