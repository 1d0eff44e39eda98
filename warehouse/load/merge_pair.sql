MERGE INTO core.copy_pair t USING (SELECT * REPLACE (a_id::UUID AS a_id, b_id::UUID AS b_id) FROM staged) s
ON t.a_id = s.a_id AND t.b_id = s.b_id
WHEN MATCHED THEN UPDATE BY NAME WHEN NOT MATCHED THEN INSERT BY NAME
