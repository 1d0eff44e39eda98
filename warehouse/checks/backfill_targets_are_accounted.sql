-- Every address that a backfill listed is in a chunk once it is planned, has an outcome once that chunk is
-- opened, and each chunk has as many addresses as it was planned with.
SELECT t.backfill_id, t.url, 'in no chunk' AS broken
FROM core.backfill_target t JOIN core.backfill b USING (backfill_id)
WHERE t.chunk IS NULL AND b.state NOT IN ('planning', 'cancelled')
UNION ALL
SELECT t.backfill_id, t.url, 'no outcome'
FROM core.backfill_target t
JOIN core.backfill_chunk c ON c.backfill_id = t.backfill_id AND c.chunk = t.chunk AND c.state <> 'planned'
ANTI JOIN core.outcome o ON o.link_key = t.url_key
UNION ALL
SELECT c.backfill_id, c.chunk::VARCHAR, 'has ' || count(t.url) || ' addresses for ' || c.targets
FROM core.backfill_chunk c
JOIN core.backfill b ON b.backfill_id = c.backfill_id AND b.state IN ('planned', 'running', 'incomplete')
LEFT JOIN core.backfill_target t ON t.backfill_id = c.backfill_id AND t.chunk = c.chunk
GROUP BY c.backfill_id, c.chunk, c.targets HAVING count(t.url) <> c.targets
