-- published/polls: one row per poll of a feed, of the days in publish_day.
SELECT run_id, feed_id, polled_at, url, status, not_modified, entries, new, changed, touched, same, repeated, capped, unreadable,
       overflow, bytes, seconds, reason, detail, malformed, day
FROM raw.poll
WHERE day IN (SELECT day FROM publish_day)
ORDER BY day, polled_at, feed_id
