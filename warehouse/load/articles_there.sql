SELECT article_id::VARCHAR AS article_id FROM core.article WHERE article_id IN (SELECT article_id::UUID FROM staged)
