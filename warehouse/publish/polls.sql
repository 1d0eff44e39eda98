-- published/polls: one row per attempt at a feed.
SELECT run_id, feed_id, polled_at, url, status, not_modified, entries, new, changed, touched, capped, overflow, bytes, seconds,
       reason, detail, day
FROM raw.poll
WHERE day IN (SELECT day FROM publish_day)
ORDER BY day, polled_at, feed_id
