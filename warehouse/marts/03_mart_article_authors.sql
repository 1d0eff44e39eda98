-- mart.article_authors: one row per live article and author.
-- * article_id: UUIDv5 of the key the article was first loaded under; never changes
-- * author: name as printed
-- * place: order in the byline, from 1
-- * published_day: UTC day of published_at, or else of first_seen_at; the partition key
CREATE VIEW mart.article_authors AS
SELECT article_id, unnest(authors) AS author, unnest(range(1, len(authors) + 1)) AS place, published_day
FROM mart.articles;
