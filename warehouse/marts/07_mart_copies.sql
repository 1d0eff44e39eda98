-- mart.copies: the members of every copy group of two or more articles. Copies are kept, never deleted. A correction under another address is not a copy of what it corrects: see supersedes in mart.articles.
-- * copy_group: as mart.articles
-- * article_id: as mart.articles
-- * url: as mart.articles
-- * publisher: as mart.articles
-- * agency: as mart.articles
-- * kind: how the article relates to the canonical copy: origin, exact, truncated, edited or expanded
-- * containment: share of the shorter text's 5-word sequences that the canonical copy also has, 0 to 1
-- * slot_agreement: share of the numbers and names at matching positions that are the same in both texts, 0 to 1
-- * is_canonical: as mart.articles
-- * published_at: as mart.articles
-- * lag: published_at minus the canonical copy's; negative when this outlet published first; NULL for the canonical copy, or when a time is unknown
CREATE VIEW mart.copies AS
SELECT copy_group, article_id, url, publisher, agency, copy_kind AS kind, containment, slot_agreement, is_canonical, published_at,
       CASE WHEN NOT is_canonical THEN published_at - canonical_at END AS lag
FROM {articles}
WHERE copies > 1 AND status <> 'removed';
