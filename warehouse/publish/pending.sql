-- published/pending: all work that waits, in one file.
SELECT url, url_key, feed_id, host, kind, queued_at, next_attempt_at, attempts, last_reason, last_detail
FROM core.pending
ORDER BY next_attempt_at, url_key
