-- Removes the lines of a backfill that is planned anew, cancelled or done.
DELETE FROM core.backfill_line WHERE backfill_id = $id
