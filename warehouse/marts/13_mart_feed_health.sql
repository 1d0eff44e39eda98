-- mart.feed_health: whether each feed behaves as it usually does, with the evidence.
-- * feed_id: as mart.latency
-- * state: ok; late (not polled when due); stalled (its next poll is set later than max_interval allows: a run was given a time ahead of now); silent (polled, but without new entries for far longer than usual); failing; overflowing (entries may have been missed); capped (its documents have more entries than entries_cap: the oldest are left out); paused
-- * evidence: what the state was concluded from
-- * last_poll_at: time of the last poll
-- * last_success_at: time of the last successful poll
-- * last_new_at: time of the last poll that found a new entry
-- * next_poll_at: time of the next poll
-- * failures: number of failed polls in a row
-- * entries_per_day: new entries a day, recent days weighted more
-- * last_reason: why the last poll failed
CREATE VIEW mart.feed_health AS
SELECT feed_id, state,
       CASE state WHEN 'paused' THEN coalesce('paused until ' || paused_until || coalesce(': ' || last_reason, ''), 'switched off in feeds.toml')
                  WHEN 'failing' THEN failures || CASE WHEN failures = 1 THEN ' failed poll: ' ELSE ' failed polls in a row: ' END || coalesce(last_reason, '?') || coalesce(' (' || last_detail || ')', '')
                  WHEN 'overflowing' THEN 'no overlap with the poll before at ' || overflow_at
                  WHEN 'stalled' THEN 'next poll only at ' || next_poll_at || ', polled last at ' || last_poll_at
                  WHEN 'capped' THEN capped || ' entries of the last document are beyond entries_cap'
                  WHEN 'late' THEN 'was due at ' || next_poll_at
                  WHEN 'silent' THEN 'nothing new since ' || coalesce(last_new_at::VARCHAR, 'the first poll') || ', usually ' || round(entries_per_day, 1) || ' a day'
                  ELSE coalesce('last new entry at ' || last_new_at, 'nothing polled yet') END AS evidence,
       last_poll_at, last_success_at, last_new_at, next_poll_at, failures, entries_per_day, last_reason
FROM (
  SELECT *, CASE WHEN NOT enabled OR paused_until > now() THEN 'paused'
                 WHEN failures > 0 THEN 'failing'
                 WHEN overflow_at > now() - INTERVAL 1 DAY THEN 'overflowing'
                 WHEN next_poll_at < now() - INTERVAL 1 HOUR THEN 'late'
                 WHEN next_poll_at > now() + to_seconds(max_interval) + INTERVAL 1 HOUR THEN 'stalled'
                 WHEN capped > 0 THEN 'capped'
                 WHEN entries_per_day > 0.2 AND coalesce(last_new_at, last_success_at) < now() - to_hours((24 * 10 / entries_per_day)::INTEGER + 24) THEN 'silent'
                 ELSE 'ok' END AS state
  FROM {feeds});
