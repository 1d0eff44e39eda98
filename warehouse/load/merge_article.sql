MERGE INTO core.article t USING (SELECT * REPLACE (article_id::UUID AS article_id) FROM staged) s
ON t.article_id = s.article_id
WHEN MATCHED THEN UPDATE BY NAME WHEN NOT MATCHED THEN INSERT BY NAME
