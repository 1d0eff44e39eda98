-- mart.article_authors: one row per live article and author.
-- * article_id: as mart.articles
-- * author: name as printed
-- * place: position in the byline, from 1
-- * published_day: as mart.articles
CREATE VIEW mart.article_authors AS
SELECT article_id, unnest(authors) AS author, unnest(range(1, len(authors) + 1)) AS place, published_day
FROM mart.articles;
