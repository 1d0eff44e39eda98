-- The last five runs, newest first; `detail` says what does not add up, `summary` is the JSON object that the run left.
SELECT run_id, job, started_at, ended_at, state, detail, summary FROM ops.runs ORDER BY started_at DESC LIMIT 5
