-- A URL has at most one row for each kind of alias.
SELECT url, kind, count(*) AS aliases FROM core.alias GROUP BY url, kind HAVING count(*) > 1
