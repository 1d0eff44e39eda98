-- What the inputs of a backfill list = its addresses + further versions of their pages + what says the same as an
-- earlier line, and the outcomes of one that is done are as many as its addresses.
SELECT backfill_id, seen, urls, versions, same, outcomes FROM (
  SELECT b.backfill_id, b.seen, b.same,
         (SELECT coalesce(sum(c.targets), 0) FROM core.backfill_chunk c WHERE c.backfill_id = b.backfill_id) AS urls,
         (SELECT coalesce(sum((part->>'urls')::BIGINT), 0) FROM (SELECT unnest(b.outcomes::JSON[]) AS part)) AS outcomes,
         coalesce(list_sum(map_values(json_extract(b.counts, '$.versions')::MAP(VARCHAR, BIGINT))), 0) AS versions
  FROM core.backfill b WHERE b.state = 'done' AND b.outcomes IS NOT NULL
)
WHERE outcomes <> urls OR seen <> urls + versions + same
