-- Returns which of the staged keys (url_key) have an article; keeps their row ids (near_article) for
-- articles_by_key.sql.
CREATE OR REPLACE TEMP TABLE near_article AS
SELECT rowid AS place FROM core.article WHERE key_hash IN (SELECT core.key_hash(url_key) FROM staged);
SELECT url_key FROM core.article WHERE rowid IN (SELECT place FROM near_article) AND url_key IN (SELECT url_key FROM staged)
