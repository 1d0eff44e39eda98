-- Which of the staged keys have an article; where these stand is kept for articles_by_key.
CREATE OR REPLACE TEMP TABLE near_article AS
SELECT rowid AS place FROM core.article WHERE key_hash IN (SELECT core.key_hash(url_key) FROM staged);
SELECT url_key FROM core.article WHERE rowid IN (SELECT place FROM near_article) AND url_key IN (SELECT url_key FROM staged)
