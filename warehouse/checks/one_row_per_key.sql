-- One article per identity, and one identity per article.
SELECT url_key AS key, count(*) AS articles FROM core.article GROUP BY url_key HAVING count(*) > 1
UNION ALL
SELECT article_id::VARCHAR, count(*) FROM core.article GROUP BY article_id HAVING count(*) > 1
