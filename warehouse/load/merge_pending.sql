-- Inserts or updates the staged rows of core.pending.
MERGE INTO core.pending t USING staged s ON t.url_key = s.url_key
WHEN MATCHED THEN UPDATE BY NAME WHEN NOT MATCHED THEN INSERT BY NAME
