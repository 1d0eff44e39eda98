-- Writes a tombstone with $reason and $now for every key in the temp table `takedown_key`: none of them is
-- ever loaded again.
INSERT OR REPLACE INTO core.takedown BY NAME
SELECT key AS url_key, any_value(article_id) AS article_id, $reason AS reason, $now AS taken_at, false AS scrubbed, false AS erased
FROM takedown_key GROUP BY key
