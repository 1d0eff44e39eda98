-- Every backfill, or the one $id, with the chunks and addresses that it has and has done; newest first. Addresses
-- that a plan has listed and not yet put into chunks are `waiting`: the next resume lists them anew.
SELECT b.backfill_id, b.source, b.mode, b.state, b.options, b.created_at, b.updated_at, b.ended_at,
       b.seen, b.same, b.unreadable, b.problems, b.outcomes,
       count(c.chunk) AS chunks, count(*) FILTER (WHERE c.state = 'done') AS chunks_done,
       coalesce(sum(c.targets), 0)::BIGINT AS urls,
       coalesce(sum(c.done), 0)::BIGINT AS tried, max(c.leased_until) AS leased_until,
       (SELECT count(*) FROM core.backfill_target t WHERE t.backfill_id = b.backfill_id AND t.chunk IS NULL) AS waiting
FROM core.backfill b LEFT JOIN core.backfill_chunk c ON c.backfill_id = b.backfill_id
WHERE $id IS NULL OR b.backfill_id = $id
GROUP BY ALL ORDER BY b.created_at DESC, b.backfill_id
