-- Removes the captures that are not loaded later: the first of each page (place_captures), and each with the
-- same bytes as the one before it.
DELETE FROM core.backfill_capture t USING (
  SELECT
    page_file, page_offset,
    sha256 IS NOT DISTINCT FROM lag(sha256) OVER one AS same, row_number() OVER one AS number
  FROM core.backfill_capture WHERE backfill_id = $id
  WINDOW one AS (PARTITION BY url_key ORDER BY captured_at, page_file, page_offset)
) c
WHERE t.backfill_id = $id AND t.page_file = c.page_file AND t.page_offset = c.page_offset
  AND (c.same OR c.number = 1)
