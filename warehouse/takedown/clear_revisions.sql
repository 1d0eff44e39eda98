-- Clears the revisions of the articles of the temp table `takedown_key`. Only the columns named here are
-- kept or set; every other one becomes NULL, as in clear_article.sql.
CREATE OR REPLACE TEMP TABLE cleared AS FROM core.revision LIMIT 0;
INSERT INTO cleared BY NAME
SELECT article_id, url, revision, kind, words_added, words_removed, first_seen_at, day, extractor, '' AS text_hash, '' AS body_hash
FROM core.revision WHERE article_id IN (SELECT article_id FROM takedown_key);
MERGE INTO core.revision t USING cleared s ON t.article_id = s.article_id AND t.revision = s.revision AND t.day = s.day
WHEN MATCHED THEN UPDATE BY NAME;
DROP TABLE cleared
