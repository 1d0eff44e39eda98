SELECT DISTINCT m.article_id FROM core.copy_group g
JOIN core.copy_group m ON m.group_id = g.group_id
WHERE g.article_id IN (SELECT article_id::UUID FROM staged)
