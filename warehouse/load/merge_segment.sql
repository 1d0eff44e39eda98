MERGE INTO core.segment t USING staged s ON t.file = s.file
WHEN MATCHED THEN UPDATE SET committed = greatest(t.committed, s.committed) WHEN NOT MATCHED THEN INSERT BY NAME
