-- The current outcome of the links with a key in asked_key.
SELECT link_key, url_key, outcome, reason, detail, decided_at FROM core.outcome WHERE link_key IN (SELECT key FROM asked_key) ORDER BY link_key
