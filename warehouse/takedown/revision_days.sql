-- Returns the days on which revisions of the articles in `takedown_key` are published.
SELECT DISTINCT day FROM core.revision WHERE article_id IN (SELECT article_id FROM takedown_key)
