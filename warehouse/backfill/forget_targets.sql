-- Removes the targets of a backfill that is planned anew, cancelled or done.
DELETE FROM core.backfill_target WHERE backfill_id = $id
