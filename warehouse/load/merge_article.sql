-- An article's id and when it was first seen never change: naming both lets zone maps leave out all but the batches it came with,
-- where the id alone would be looked for in the whole history.
MERGE INTO core.article t USING (SELECT * REPLACE (article_id::UUID AS article_id), core.key_hash(url_key) AS key_hash FROM staged) s
ON t.article_id = s.article_id AND t.first_seen_at = s.first_seen_at
WHEN MATCHED THEN UPDATE BY NAME WHEN NOT MATCHED THEN INSERT BY NAME
