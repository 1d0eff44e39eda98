-- Returns article_id and published_day (as day) of the staged articles (article_id), by a scan of the whole
-- table.
SELECT article_id, published_day AS day FROM core.article WHERE article_id IN (SELECT article_id::UUID FROM staged)
