-- ops.runs: what each run did.
-- * run_id: as ops.polls
-- * job: poll, backfill, reextract or maintain
-- * started_at: start
-- * ended_at: end; NULL while it runs or when it was killed
-- * summary: its counters, JSON
CREATE VIEW ops.runs AS
SELECT {columns of ops.runs}
FROM {runs};
