-- A URL is told once for each way it was met.
SELECT url, kind, count(*) AS aliases FROM core.alias GROUP BY url, kind HAVING count(*) > 1
