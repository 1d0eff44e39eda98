-- Pairs and groups are stored under the day on which their articles are published, and only live or embargoed
-- articles are in them.
SELECT p.a_id::VARCHAR AS id, 'pair' AS broken FROM core.copy_pair p
JOIN core.article a ON a.article_id = p.a_id JOIN core.article b ON b.article_id = p.b_id
WHERE a.published_day <> p.a_day OR b.published_day <> p.b_day OR a.status NOT IN ('live', 'embargoed') OR b.status NOT IN ('live', 'embargoed')
UNION ALL
SELECT g.article_id::VARCHAR, 'group' FROM core.copy_group g JOIN core.article a USING (article_id)
WHERE a.published_day <> g.day OR a.status NOT IN ('live', 'embargoed')
