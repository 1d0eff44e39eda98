-- Returns the staged articles (url_key), among those that keys_with_article.sql looked up in the same
-- transaction.
SELECT * EXCLUDE (key_hash) FROM core.article WHERE rowid IN (SELECT place FROM near_article) AND url_key IN (SELECT url_key FROM staged)
