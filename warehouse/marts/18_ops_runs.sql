-- ops.runs: one row per run.
-- * run_id: as ops.polls
-- * job: poll, backfill, reextract or maintain
-- * started_at: start of the run
-- * ended_at: end of the run; NULL while it runs, or when it was killed
-- * state: done; incomplete (its counts do not add up: see detail); NULL while it runs, or when it was killed
-- * detail: what does not add up
-- * summary: the run's counts, as JSON
CREATE VIEW ops.runs AS
SELECT {columns of ops.runs}
FROM {runs};
