-- The time of the latest run, where that is ahead of now: a clock that was wrong, or a --now of the future.
SELECT run_id, started_at FROM ops.runs WHERE started_at > now() + INTERVAL 1 MINUTE ORDER BY started_at DESC LIMIT 1
