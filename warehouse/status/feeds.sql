-- The feeds that need somebody's attention.
SELECT feed_id, state, evidence, last_success_at, next_poll_at
FROM mart.feed_health
WHERE state <> 'ok'
ORDER BY state, feed_id
