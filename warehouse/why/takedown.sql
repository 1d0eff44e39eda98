-- The tombstones of keys in asked_key.
SELECT url_key, reason, taken_at FROM core.takedown WHERE url_key IN (SELECT key FROM asked_key)
