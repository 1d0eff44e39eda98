-- The current outcome of the links with a key in subject_key.
SELECT link_key, url_key, outcome, reason, detail, decided_at FROM core.outcome WHERE link_key IN (SELECT key FROM subject_key) ORDER BY link_key
