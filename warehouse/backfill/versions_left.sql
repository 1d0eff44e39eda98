-- The number of further versions of pages that are still to be loaded: captures, and pending work made of them.
SELECT
  (SELECT count(*) FROM core.backfill_capture WHERE backfill_id = $id)
  + (
    SELECT count(*) FROM core.pending p
    WHERE p.kind = 'capture'
      AND p.url_key IN (SELECT url_key FROM core.backfill_target WHERE backfill_id = $id)
  )
