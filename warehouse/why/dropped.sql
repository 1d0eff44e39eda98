SELECT d.rule, d.text FROM core.dropped_line d JOIN core.article a USING (article_id)
WHERE a.url_key IN (SELECT key FROM asked_key) ORDER BY d.line
