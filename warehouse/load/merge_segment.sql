-- Notes for each staged archive segment (file) how far rows point into it (committed); it only grows.
MERGE INTO core.segment t USING staged s ON t.file = s.file
WHEN MATCHED THEN UPDATE SET committed = greatest(t.committed, s.committed) WHEN NOT MATCHED THEN INSERT BY NAME
