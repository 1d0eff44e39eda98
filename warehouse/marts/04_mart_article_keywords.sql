-- mart.article_keywords: one row per live article and keyword.
-- * article_id: UUIDv5 of the key the article was first loaded under; never changes
-- * keyword: as the publisher wrote it
-- * published_day: UTC day of published_at, or else of first_seen_at; the partition key
CREATE VIEW mart.article_keywords AS
SELECT article_id, unnest(keywords) AS keyword, published_day
FROM mart.articles;
