-- The groups that had this id before: which group has their texts now. Ids of groups are ids of articles, and
-- the article may have left the group since.
SELECT l.old_id, coalesce(g.group_id, l.group_id) AS group_now, a.url, coalesce(g.size, 1) AS copies, max(l.changed_at) AS changed_at
FROM core.copy_group_alias l
JOIN core.article o ON o.article_id = l.old_id
LEFT JOIN core.copy_group g ON g.article_id = l.group_id
JOIN core.article a ON a.article_id = coalesce(g.canonical_id, l.group_id)
WHERE o.url_key IN (SELECT key FROM subject_key)
GROUP BY ALL
ORDER BY changed_at, a.url
