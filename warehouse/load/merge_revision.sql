-- Inserts or updates the staged revisions. A revision keeps its day: with it in the condition the rest of the
-- history is not read.
MERGE INTO core.revision t USING (SELECT * REPLACE (article_id::UUID AS article_id) FROM staged) s
ON t.article_id = s.article_id AND t.revision = s.revision AND t.day = s.day
WHEN MATCHED THEN UPDATE BY NAME WHEN NOT MATCHED THEN INSERT BY NAME
