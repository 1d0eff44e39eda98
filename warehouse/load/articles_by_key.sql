-- The staged articles, among those that articles_there found.
SELECT * EXCLUDE (key_hash) FROM core.article WHERE rowid IN (SELECT place FROM near_article) AND url_key IN (SELECT url_key FROM staged)
