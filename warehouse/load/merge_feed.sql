-- Inserts or updates the staged rows of core.feed.
MERGE INTO core.feed t USING staged s ON t.feed_id = s.feed_id
WHEN MATCHED THEN UPDATE BY NAME WHEN NOT MATCHED THEN INSERT BY NAME
