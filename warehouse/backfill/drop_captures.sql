-- Removes the captures of keys that turned out not to be wanted.
DELETE FROM core.backfill_capture WHERE backfill_id = $id AND url_key IN (SELECT unnest($keys::VARCHAR[]))
