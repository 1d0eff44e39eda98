-- Every state of the feed entries with a key in subject_key, oldest first.
SELECT seen_at, feed_id, state, title, published_raw, published_at, link FROM raw.entry WHERE url_key IN (SELECT key FROM subject_key) ORDER BY seen_at
