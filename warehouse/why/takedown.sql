-- The tombstones of keys in subject_key.
SELECT url_key, reason, taken_at FROM core.takedown WHERE url_key IN (SELECT key FROM subject_key)
