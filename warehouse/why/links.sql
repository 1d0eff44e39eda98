-- The addresses that have a key in subject_key, and the key that each resolves to.
SELECT url, kind, link_key, url_key, feed_id, seen_at FROM core.alias WHERE link_key IN (SELECT key FROM subject_key) ORDER BY seen_at, kind, url
