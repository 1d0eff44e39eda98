-- mart.syndication: how far each copied text spread, and how fast.
-- * copy_group: group of copies of one text; its own article_id when no copy was seen
-- * headline: headline of the canonical copy
-- * agency: origin credited by the canonical copy
-- * first_publisher: publisher of the earliest copy
-- * publishers: as mart.stories
-- * copies: articles in the group
-- * first_published_at: as mart.stories
-- * last_published_at: as mart.stories
-- * median_lag: median time after the canonical copy
CREATE VIEW mart.syndication AS
SELECT c.copy_group, max(a.headline) FILTER (WHERE c.is_canonical) AS headline, max(c.agency) FILTER (WHERE c.is_canonical) AS agency,
       arg_min(c.publisher, c.published_at) AS first_publisher, count(DISTINCT c.publisher) AS publishers, count(*) AS copies,
       min(c.published_at) AS first_published_at, max(c.published_at) AS last_published_at, median(c.lag) AS median_lag
FROM mart.copies c
JOIN mart.articles a USING (article_id)
GROUP BY c.copy_group;
