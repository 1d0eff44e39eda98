-- The captures of these keys that the backfill has imported.
SELECT url_key, captured_at, sha256 FROM core.backfill_capture
WHERE backfill_id = $id AND url_key IN (SELECT unnest($keys::VARCHAR[]))
