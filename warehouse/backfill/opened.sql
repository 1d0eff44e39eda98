-- The number of a backfill's addresses, and of those in chunks that were opened.
SELECT coalesce(sum(targets), 0)::BIGINT, coalesce(sum(targets) FILTER (WHERE state <> 'planned'), 0)::BIGINT
FROM core.backfill_chunk WHERE backfill_id = $id
