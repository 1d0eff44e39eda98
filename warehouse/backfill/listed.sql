-- The number of a backfill's addresses, and of further versions of their pages that are to be loaded: captures
-- beyond the first of each page. Two addresses of one page have one of those each.
SELECT
  count(*) AS urls,
  greatest(
    (SELECT count(*) FROM core.backfill_capture WHERE backfill_id = $id)
    - count(*) FILTER (WHERE page_file IS NOT NULL AND chunk IS NULL)
    + count(DISTINCT url_key) FILTER (WHERE page_file IS NOT NULL AND chunk IS NULL),
    0
  ) AS versions
FROM core.backfill_target WHERE backfill_id = $id
