-- Returns the newest re-extraction after $run_id that replaced one of its texts again; NULL if there is none.
SELECT max(b.run_id)
FROM core.reextraction a JOIN core.reextraction b USING (article_id)
WHERE a.run_id = $run_id AND b.run_id > a.run_id
