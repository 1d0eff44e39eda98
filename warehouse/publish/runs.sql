-- published/runs: what each run did, oldest first, in one file.
SELECT run_id, job, started_at, ended_at, state, detail, summary FROM core.run ORDER BY started_at
