-- Removes the captures of a backfill that is planned anew, cancelled or done.
DELETE FROM core.backfill_capture WHERE backfill_id = $id
