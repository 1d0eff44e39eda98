-- mart.article_keywords: one row per live article and keyword.
-- * article_id: as mart.articles
-- * keyword: keyword as the publisher wrote it
-- * published_day: as mart.articles
CREATE VIEW mart.article_keywords AS
SELECT article_id, unnest(keywords) AS keyword, published_day
FROM mart.articles;
