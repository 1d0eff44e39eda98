-- The last five runs, newest first; `summary` is the JSON object that the run left.
SELECT run_id, job, started_at, ended_at, state, summary FROM ops.runs ORDER BY started_at DESC LIMIT 5
