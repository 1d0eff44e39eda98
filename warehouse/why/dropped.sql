-- Lines that extraction took out of the current text of the article, each with the rule, for the keys in
-- subject_key.
SELECT d.rule, d.text FROM core.dropped_line d JOIN core.article a USING (article_id)
WHERE a.url_key IN (SELECT key FROM subject_key) ORDER BY d.line
