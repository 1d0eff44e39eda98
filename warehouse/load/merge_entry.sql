-- Inserts or updates the staged rows of core.entry.
MERGE INTO core.entry t USING staged s ON t.feed_id = s.feed_id AND t.entry_key = s.entry_key
WHEN MATCHED THEN UPDATE BY NAME WHEN NOT MATCHED THEN INSERT BY NAME
