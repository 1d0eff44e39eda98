-- mart.daily: articles by day and publisher.
-- * day: as mart.latency
-- * publisher: as mart.articles
-- * articles: number of live articles
-- * originals: of these, canonical in their copy group
-- * words: sum of word_count
-- * revised: number of articles with more than one revision
CREATE VIEW mart.daily AS
SELECT published_day AS day, publisher, count(*) AS articles, count(*) FILTER (WHERE is_canonical) AS originals, sum(word_count)::BIGINT AS words,
       count(*) FILTER (WHERE revisions > 1) AS revised
FROM mart.articles
GROUP BY published_day, publisher;
