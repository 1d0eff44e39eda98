SELECT article_id, published_day AS day FROM core.article WHERE article_id IN (SELECT article_id::UUID FROM staged)
