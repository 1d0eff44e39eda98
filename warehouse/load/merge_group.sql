MERGE INTO core.copy_group t
USING (SELECT * REPLACE (article_id::UUID AS article_id, group_id::UUID AS group_id, canonical_id::UUID AS canonical_id) FROM staged) s
ON t.article_id = s.article_id
WHEN MATCHED THEN UPDATE BY NAME WHEN NOT MATCHED THEN INSERT BY NAME
