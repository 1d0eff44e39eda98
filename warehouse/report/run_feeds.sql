-- Returns the feeds that the run $1 polled, those with trouble first, $2 at most.
SELECT p.feed_id AS feed, coalesce(h.state, '?') AS state, p.status, p.entries, p.new, p.changed, round(p.seconds, 1) AS seconds,
       coalesce(p.reason, '') AS reason, left(coalesce(p.detail, ''), 200) AS detail, h.next_poll_at
FROM ops.polls p LEFT JOIN mart.feed_health h USING (feed_id)
WHERE p.run_id = $1
ORDER BY p.reason IS NULL, coalesce(h.state, 'ok') = 'ok', p.new DESC, p.feed_id
LIMIT $2
