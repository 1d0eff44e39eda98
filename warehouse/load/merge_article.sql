-- Inserts or updates the staged articles; a column that is not staged keeps its value. article_id and
-- first_seen_at never change: with both in the condition, zone maps skip all batches but the one the article
-- came with; article_id alone would be searched in the whole history.
MERGE INTO core.article t USING (SELECT * REPLACE (article_id::UUID AS article_id), core.key_hash(url_key) AS key_hash FROM staged) s
ON t.article_id = s.article_id AND t.first_seen_at = s.first_seen_at
WHEN MATCHED THEN UPDATE BY NAME WHEN NOT MATCHED THEN INSERT BY NAME
