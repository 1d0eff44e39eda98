-- Returns run_id and started_at of the poll that was begun before the run $run_id.
SELECT run_id, started_at FROM core.run
WHERE job = 'poll' AND run_id <> $run_id
ORDER BY rowid DESC
LIMIT 1
