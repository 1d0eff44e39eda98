-- Each piece of work has one current outcome.
SELECT link_key, count(*) AS outcomes FROM core.outcome GROUP BY link_key HAVING count(*) > 1
