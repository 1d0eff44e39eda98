-- The number of captures of wanted pages that are still to be loaded.
SELECT count(*)
FROM core.backfill_capture c
SEMI JOIN core.backfill_target t
  ON t.backfill_id = c.backfill_id AND t.url_key = c.url_key AND t.reason IS NULL
WHERE c.backfill_id = $id
