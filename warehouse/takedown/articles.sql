-- Returns the articles in the temp table `takedown_key` that are to be cleared, with the day on which each is
-- published.
SELECT article_id, url_key, first_seen_at, published_day FROM core.article WHERE article_id IN (SELECT article_id FROM takedown_key) ORDER BY first_seen_at, url_key
