-- Clears the articles of the temp table `takedown_key`. Only the columns named here are kept or set
-- (identity, addresses, times, who sent it); every other column becomes NULL, so that a new one with a text
-- in it cannot outlast a takedown.
CREATE OR REPLACE TEMP TABLE cleared AS FROM core.article LIMIT 0;
INSERT INTO cleared BY NAME
SELECT article_id, url_key, key_hash, url, canonical_url, host, rank, feed_id,
       language, published_at, published_precision, published_source, published_zone, published_day, modified_at, first_seen_at,
       checked_at, located, dateline_date, agency, publisher, content_type, signal, embargo_until, flags, revision, revisions, extractor,
       'removed' AS status, 0 AS word_count, '' AS text_hash, '' AS body_hash,
       []::VARCHAR[] AS authors, []::VARCHAR[] AS keywords, []::VARCHAR[] AS credits
FROM core.article WHERE article_id IN (SELECT article_id FROM takedown_key);
MERGE INTO core.article t USING cleared s ON t.article_id = s.article_id AND t.first_seen_at = s.first_seen_at
WHEN MATCHED THEN UPDATE BY NAME;
DROP TABLE cleared
