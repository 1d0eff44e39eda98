-- Each verified pair is kept once, smaller id first.
SELECT a_id, b_id, count(*) AS rows FROM core.copy_pair GROUP BY a_id, b_id HAVING count(*) > 1 OR a_id >= b_id
