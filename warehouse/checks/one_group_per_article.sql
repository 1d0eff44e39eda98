-- An article is in at most one group; a group has one canonical member, and two members or more unless it is
-- a correction by itself.
SELECT group_id::VARCHAR AS id, count(*) AS members FROM core.copy_group
GROUP BY group_id HAVING count(*) <> max(size) OR count(*) FILTER (WHERE is_canonical) <> 1 OR (count(*) < 2 AND max(supersedes) IS NULL)
UNION ALL
SELECT article_id::VARCHAR, count(*) FROM core.copy_group GROUP BY article_id HAVING count(*) > 1
