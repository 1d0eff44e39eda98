-- mart.syndication: how widely and how fast each copied text spread, one row per copy group.
-- * copy_group: id of the copy group: see mart.articles
-- * headline: headline of the canonical copy
-- * agency: origin credited by the canonical copy
-- * first_publisher: publisher of the earliest copy
-- * publishers: as mart.stories
-- * copies: number of articles in the group
-- * first_published_at: as mart.stories
-- * last_published_at: as mart.stories
-- * median_lag: median of mart.copies.lag over the group
CREATE VIEW mart.syndication AS
SELECT c.copy_group, max(a.headline) FILTER (WHERE c.is_canonical) AS headline, max(c.agency) FILTER (WHERE c.is_canonical) AS agency,
       arg_min(c.publisher, c.published_at) AS first_publisher, count(DISTINCT c.publisher) AS publishers, count(*) AS copies,
       min(c.published_at) AS first_published_at, max(c.published_at) AS last_published_at, median(c.lag) AS median_lag
FROM mart.copies c
JOIN mart.articles a USING (article_id)
GROUP BY c.copy_group;
