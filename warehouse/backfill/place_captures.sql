-- Gives each target the earliest capture of its page, in whatever order the captures were read: it is loaded
-- first.
UPDATE core.backfill_target t
SET page_file = c.page_file, page_offset = c.page_offset, page_length = c.page_length,
    hints = coalesce(c.hints, t.hints)
FROM (
  SELECT * FROM core.backfill_capture WHERE backfill_id = $id
  QUALIFY row_number() OVER (PARTITION BY url_key ORDER BY captured_at, page_file, page_offset) = 1
) c
WHERE t.backfill_id = $id AND t.url_key = c.url_key AND t.page_file IS NOT NULL AND t.chunk IS NULL
