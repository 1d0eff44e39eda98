SELECT article_id, headline, body_text, published_at, publisher, agency
FROM core.article
WHERE article_id IN (SELECT article_id::UUID FROM staged)
