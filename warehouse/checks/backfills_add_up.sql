-- The outcomes of a backfill that is done are as many as the addresses that it was planned with.
SELECT backfill_id, urls, outcomes FROM (
  SELECT b.backfill_id,
         (SELECT coalesce(sum(c.targets), 0) FROM core.backfill_chunk c WHERE c.backfill_id = b.backfill_id) AS urls,
         (SELECT coalesce(sum((part->>'urls')::BIGINT), 0) FROM (SELECT unnest(b.outcomes::JSON[]) AS part)) AS outcomes
  FROM core.backfill b WHERE b.state = 'done' AND b.outcomes IS NOT NULL
)
WHERE outcomes <> urls
