-- ops.runs: what each run did.
-- * run_id: run
-- * job: poll, backfill, reextract or maintain
-- * started_at: start
-- * ended_at: end; NULL while it runs or when it was killed
-- * summary: its counters, JSON
CREATE VIEW ops.runs AS
SELECT run_id, job, started_at, ended_at, summary
FROM {runs};
