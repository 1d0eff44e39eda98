-- The captures of a backfill that are to be loaded as further versions of their pages, by page.
SELECT url_key, count(*) FROM core.backfill_capture WHERE backfill_id = $id GROUP BY url_key
