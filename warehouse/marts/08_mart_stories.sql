-- mart.stories: one row per event that several articles report; looser than copies.
-- * story_id: id of the event: the article_id of its earliest report
-- * articles: number of live articles on it
-- * copy_groups: number of distinct texts on it (copies counted once)
-- * publishers: number of distinct publishers
-- * headline: headline of the earliest report
-- * first_published_at: earliest published_at
-- * last_published_at: latest published_at
CREATE VIEW mart.stories AS
SELECT story_id, count(*) AS articles, count(DISTINCT copy_group) AS copy_groups, count(DISTINCT publisher) AS publishers,
       arg_min(headline, coalesce(published_at, first_seen_at)) AS headline, min(published_at) AS first_published_at, max(published_at) AS last_published_at
FROM mart.articles
WHERE story_id IS NOT NULL
GROUP BY story_id;
