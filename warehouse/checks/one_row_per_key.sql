-- One article per identity.
SELECT url_key, count(*) AS articles FROM core.article GROUP BY url_key HAVING count(*) > 1
